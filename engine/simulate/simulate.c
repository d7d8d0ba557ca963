/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/simulate.h"

#include "base/input.h"
#include "base/memory.h"
#include "simulate/market_state.h"
#include "simulate/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPOT, PERP, OPTIONS, TRUTH, SCENARIO, FILES };

enum { EXACT = -1 };

static const struct {
    const char *name, *header;
} files[FILES] = {
    [SPOT] = {"spot.csv", "ts,instrument,bid,bid_size,ask,ask_size,last,index\n"},
    [PERP] = {"perp.csv", "ts,instrument,bid,bid_size,ask,ask_size,mark,index,funding_rate,"
                          "funding_interval\n"},
    [OPTIONS] = {"options.csv",
                 "ts,instrument,bid,bid_size,ask,ask_size,mark,forward,iv,settlement\n"},
    [TRUTH] = {"truth.csv", "ts,spot,variance,integrated_variance,jumps,jump_log,basis_bps,"
                            "basis_linear_bps\n"},
    [SCENARIO] = {"scenario.yaml", ""},
};

typedef struct {
    rh_sim_market market;
    rh_sim_sink sinks[FILES];
    int wanted[FILES];
    char stamp[RH_TIME_TEXT]; /* of the current step */
} run;

/* ---- rows ---- */

static void start_row(rh_sim_sink *sink, const run *r, const char *name) {
    rh_sim_sink_text(sink, r->stamp);
    rh_sim_sink_bytes(sink, ",", 1);
    rh_sim_sink_text(sink, name);
}

static void put_sides(rh_sim_sink *sink, rh_sim_sides sides, rh_sim_outage outage, int decimals,
                      double lot) {
    const int size_decimals = rh_sim_grid_of_tick(lot).decimals;
    if (outage == RH_SIM_SIDES_GONE)
        sides = (rh_sim_sides){0};
    rh_sim_sink_number(sink, sides.bid, sides.bid > 0.0 ? decimals : 0);
    rh_sim_sink_number(sink, sides.bid_size, sides.bid > 0.0 ? size_decimals : 0);
    rh_sim_sink_number(sink, sides.ask, sides.ask > 0.0 ? decimals : 0);
    rh_sim_sink_number(sink, sides.ask_size, sides.ask > 0.0 ? size_decimals : 0);
}

static void write_spot(run *r) {
    const rh_sim_market *m = &r->market;
    rh_sim_sink *sink = &r->sinks[SPOT];
    const int decimals = rh_sim_grid_of_tick(m->scenario->spot.tick).decimals;
    if (m->spot_outage == RH_SIM_SILENT)
        return;
    const rh_sim_sides sides = rh_sim_market_spot(m);
    start_row(sink, r, m->scenario->spot.instrument);
    put_sides(sink, sides, m->spot_outage, decimals, m->scenario->spot.lot);
    rh_sim_sink_number(sink, rh_sim_market_last(m, &sides), decimals);
    rh_sim_sink_number(sink, m->index, decimals < 0 ? EXACT : 2);
    rh_sim_sink_bytes(sink, "\n", 1);
}

/* Funding is published in a silent outage too. */
static void write_perpetual(run *r, int which) {
    const rh_sim_market *m = &r->market;
    rh_sim_sink *sink = &r->sinks[PERP];
    const int decimals = rh_sim_grid_of_tick(m->scenario->perpetual.tick).decimals;
    const int silent = m->perpetual_outage[which] == RH_SIM_SILENT,
              paid = !isnan(m->funding[which]);
    char name[RH_NAME_MAX];
    if (isnan(m->mark[which]) || (silent && !paid))
        return;
    rh_sim_perpetual_name(m->scenario, which, name);
    start_row(sink, r, name);
    if (silent)
        rh_sim_sink_text(sink, ",,,,,,");
    else {
        put_sides(sink, rh_sim_market_perpetual(m, which), m->perpetual_outage[which], decimals,
                  rh_sim_perpetual_lots[which]);
        rh_sim_sink_number(sink, m->mark[which], decimals < 0 ? EXACT : 2);
        rh_sim_sink_number(sink, m->index, m->scenario->spot.tick > 0.0 ? 2 : EXACT);
    }
    rh_sim_sink_number(sink, m->funding[which], EXACT);
    rh_sim_sink_text(sink, paid ? ",8h\n" : ",\n");
}

static void write_chain(run *r, size_t expiry, const rh_sim_chain_state *state) {
    const rh_sim_chain *chain = &r->market.chain;
    const rh_sim_outage outage = r->market.chain_outage[expiry];
    const int digits = chain->small_grid.decimals > chain->grid.decimals
                           ? chain->small_grid.decimals
                           : chain->grid.decimals;
    rh_sim_sink *sink = &r->sinks[OPTIONS];
    for (size_t i = 0; i < chain->option_count && outage != RH_SIM_SILENT; i++) {
        const rh_sim_chain_quote quote = rh_sim_chain_show(chain, expiry, i, state);
        start_row(sink, r, chain->expiries[expiry].options[i].name);
        put_sides(sink, quote.sides, outage, digits, chain->scenario->options.lot);
        rh_sim_sink_number(sink, quote.mark, chain->mark_grid.decimals);
        rh_sim_sink_number(sink, quote.forward, chain->forward_grid.decimals);
        rh_sim_sink_number(sink, quote.iv, EXACT);
        rh_sim_sink_text(sink, ",\n");
    }
}

static void write_settlement(run *r, size_t expiry) {
    const rh_sim_chain *chain = &r->market.chain;
    rh_sim_sink *sink = &r->sinks[OPTIONS];
    for (size_t i = 0; i < chain->option_count; i++) {
        start_row(sink, r, chain->expiries[expiry].options[i].name);
        rh_sim_sink_text(sink, ",,,,,,,");
        rh_sim_sink_number(sink, rh_sim_chain_delivery(chain, expiry),
                           chain->forward_grid.decimals);
        rh_sim_sink_bytes(sink, "\n", 1);
    }
}

static void write_options(run *r) {
    const rh_sim_market *m = &r->market;
    const rh_sim_chain_state state = rh_sim_market_chain_state(m);
    for (size_t i = 0; i < m->chain.expiry_count; i++) {
        const rh_time expiry = m->chain.expiries[i].expiry;
        if (m->time < expiry && rh_scenario_shows_chain(m->scenario, m->time))
            write_chain(r, i, &state);
        else if (m->time == expiry)
            write_settlement(r, i);
    }
}

static void write_truth(run *r) {
    const rh_sim_market *m = &r->market;
    rh_sim_sink *sink = &r->sinks[TRUTH];
    rh_sim_sink_text(sink, r->stamp);
    rh_sim_sink_number(sink, m->path.spot, EXACT);
    rh_sim_sink_number(sink, rh_sim_path_variance(&m->path), EXACT);
    rh_sim_sink_number(sink, m->path.integrated_variance, EXACT);
    rh_sim_sink_number(sink, (double)m->path.jumps, 0);
    rh_sim_sink_number(sink, m->path.jump_log, EXACT);
    for (int i = 0; i < RH_SIM_PERPETUALS; i++)
        rh_sim_sink_number(sink, isnan(m->mark[i]) ? NAN : m->perpetual[i].basis_bps, EXACT);
    rh_sim_sink_bytes(sink, "\n", 1);
}

static void write_step(run *r) {
    write_spot(r);
    for (int i = 0; i < RH_SIM_PERPETUALS; i++)
        write_perpetual(r, i);
    write_options(r);
    write_truth(r);
}

/* ---- files ---- */

static rh_status open_sinks(run *r, const char *out_dir, rh_error *error) {
    const rh_scenario *s = r->market.scenario;
    rh_status status = RH_OK;
    for (int i = 0; i < FILES; i++)
        r->wanted[i] = 1;
    r->wanted[PERP] = s->perpetual.inverse || s->perpetual.linear;
    r->wanted[OPTIONS] = s->options.expiries.count > 0;
    for (int i = 0; i < FILES && status == RH_OK; i++) {
        if (!r->wanted[i])
            continue;
        status =
            rh_sim_sink_open(&r->sinks[i], out_dir, files[i].name, s->gzip && i != SCENARIO, error);
        if (status == RH_OK)
            rh_sim_sink_text(&r->sinks[i], files[i].header);
    }
    return status;
}

static rh_status write_steps(run *r, rh_error *error) {
    const uint64_t steps = rh_scenario_steps(r->market.scenario);
    rh_status status = RH_OK;
    for (uint64_t i = 0; i < steps && status == RH_OK; i++) {
        if (i > 0)
            rh_sim_market_step(&r->market);
        (void)rh_time_text(r->market.time, r->stamp);
        if (rh_sim_market_in_range(&r->market))
            write_step(r);
        else
            status = rh_sim_market_out_of_range(&r->market, error);
    }
    return status;
}

/* The largest first, since a full disk shows at the commit. If one fails those before it are
 * taken away again: half of one market and half of another would look like a market. */
static rh_status commit(run *r, rh_error *error) {
    static const int order[FILES] = {OPTIONS, TRUTH, PERP, SPOT, SCENARIO};
    int done = 0;
    rh_status status = RH_OK;
    for (; done < FILES && status == RH_OK; done++)
        if (r->wanted[order[done]])
            status = rh_sim_sink_commit(&r->sinks[order[done]], error);
    for (int i = 0; status != RH_OK && i < done - 1; i++)
        if (r->wanted[order[i]])
            (void)unlink(r->sinks[order[i]].path);
    return status;
}

static rh_status fill_directory(run *r, const char *text, size_t length, const char *out_dir,
                                rh_error *error) {
    rh_status status = open_sinks(r, out_dir, error);
    if (status == RH_OK)
        status = write_steps(r, error);
    if (status == RH_OK) {
        rh_sim_sink_bytes(&r->sinks[SCENARIO], text, length);
        status = commit(r, error);
    }
    for (int i = 0; i < FILES; i++)
        rh_sim_sink_abandon(&r->sinks[i]);
    return status;
}

/* Sets *made if the directory wasn't there. */
static rh_status make_directory(const char *path, int *made, rh_error *error) {
    *made = mkdir(path, 0777) == 0;
    if (*made || errno == EEXIST)
        return RH_OK;
    return rh_fail(error, RH_FAILED, "%s: %s", path, strerror(errno));
}

rh_status rh_simulate_path(const rh_scenario *scenario, uint32_t path, const char *text,
                           size_t length, const char *out_dir, rh_error *error) {
    int made = 0;
    run *r = rh_allocate(1, sizeof *r);
    if (!r)
        return rh_no_memory(error);
    rh_status status = rh_sim_market_start(&r->market, scenario, path, error);
    if (status == RH_OK)
        status = make_directory(out_dir, &made, error);
    if (status == RH_OK)
        status = fill_directory(r, text, length, out_dir, error);
    if (status != RH_OK && made)
        (void)rmdir(out_dir);
    rh_sim_market_clear(&r->market);
    rh_release(r);
    return status;
}

/* A scenario as it was read: the bytes that are parsed are the bytes that are copied, whatever
 * happens to the file. */
typedef struct {
    char *text;
    size_t length;
    rh_config *config;
    rh_scenario scenario;
} reading;

static rh_status read_scenario(const char *path, reading *r, rh_error *error) {
    rh_status status = rh_input_read(path, "a scenario", &r->text, &r->length, error);
    if (status == RH_OK)
        status = rh_config_read_text(path, r->text, r->length, &r->config, error);
    return status == RH_OK ? rh_scenario_read(r->config, &r->scenario, error) : status;
}

static void release(reading *r) {
    rh_config_free(r->config);
    rh_release(r->text);
}

rh_status rh_simulate(const char *scenario_path, const char *out_dir, rh_error *error) {
    reading r = {0};
    rh_status status = read_scenario(scenario_path, &r, error);
    if (status == RH_OK)
        status = rh_simulate_path(&r.scenario, 0, r.text, r.length, out_dir, error);
    release(&r);
    return status;
}

static rh_status write_path(const reading *r, uint32_t path, const char *out_dir, rh_error *error) {
    const size_t size = strlen(out_dir) + sizeof "/path-4294967295";
    char *folder = rh_allocate(size, 1);
    if (!folder)
        return rh_no_memory(error);
    (void)snprintf(folder, size, "%s/path-%" PRIu32, out_dir, path);
    const rh_status status =
        rh_simulate_path(&r->scenario, path, r->text, r->length, folder, error);
    rh_release(folder);
    return status;
}

rh_status rh_simulate_paths(const char *scenario_path, uint32_t n_paths, const char *out_dir,
                            rh_error *error) {
    reading r = {0};
    int made = 0;
    rh_status status = read_scenario(scenario_path, &r, error);
    if (status == RH_OK)
        status = make_directory(out_dir, &made, error);
    for (uint32_t i = 0; i < n_paths && status == RH_OK; i++)
        status = write_path(&r, i + 1, out_dir, error);
    if (status != RH_OK && made)
        (void)rmdir(out_dir); /* stays if there is a path in it */
    release(&r);
    return status;
}
