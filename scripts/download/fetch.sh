# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034 # the scripts read what is set here
# fetch.sh: what the download scripts have in common; they read it with `.`, it does nothing alone.
#
# Exit codes of the scripts: 0 everything is there; 1 a transfer failed; 2 usage; 3 what came is
# wrong (checksum, broken archive, not JSON); 4 the server has no such file. One file that fails
# doesn't stop the others; the highest code is the script's.

program=$(basename "$0")
base_url=
folder=.
retries=5
pause=0
wait=2
code=0

say() {
    echo "$program: $*" >&2
}

usage_error() {
    say "$*"
    echo "$program --help says more" >&2
    exit 2
}

# worse CODE SENTENCE: notes what went wrong, and goes on.
worse() {
    [ "$1" -le "$code" ] || code=$1
    shift
    say "$*"
}

# take_option NAME VALUE...: the options that all scripts share. Sets `taken` to how many words it
# was, 0 if it is none of them.
take_option() {
    taken=2
    case $1 in
    --base-url=* | --dir=* | --retries=* | --wait=* | --pause=*)
        take_option "${1%%=*}" "${1#*=}"
        taken=1
        return
        ;;
    --base-url | --dir | --retries | --wait | --pause) [ $# -ge 2 ] || usage_error "$1 needs a value" ;;
    esac
    case $1 in
    --base-url) base_url=${2%/} ;;
    --dir) folder=${2%/} ;;
    --retries) retries=$(whole "$1" "$2") || exit 2 ;;
    --wait) wait=$(whole "$1" "$2") || exit 2 ;;
    --pause) pause=$2 ;;
    *) taken=0 ;;
    esac
}

whole() {
    case $2 in
    '' | *[!0-9]*) usage_error "$1: '$2' is not a whole number" ;;
    esac
    echo "$2"
}

shared_options='  --dir DIR         where files go (here)
  --base-url URL    another server
  --retries N       further tries after a failure that may pass: no connection, 429, 5xx (5)
  --wait SECONDS    before the first of them, doubled each time (2)
  --pause SECONDS   between two requests (0)'

# name_only WHAT TEXT: refuses what has no business in a path or a query.
name_only() {
    case $2 in
    '' | *[!A-Za-z0-9._-]* | .*) usage_error "$1: '$2' is not a name (letters, digits, . _ -)" ;;
    esac
}

start_up() {
    command -v curl >/dev/null 2>&1 || { say "needs curl"; exit 1; }
    mkdir -p "$folder" || exit 1
    header_file=$(mktemp) || exit 1
    trap 'rm -f "$header_file"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# ---- days ----

# Days since 1970-01-01 of a date as YYYY-MM-DD, or an error. (H. Hinnant's algorithm.)
day_number() {
    awk -v text="$1" 'BEGIN {
        if (text !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]$/) exit 1
        y = substr(text, 1, 4) + 0; m = substr(text, 6, 2) + 0; d = substr(text, 9, 2) + 0
        split("31 28 31 30 31 30 31 31 30 31 30 31", last, " ")
        if (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) last[2] = 29
        if (m < 1 || m > 12 || d < 1 || d > last[m]) exit 1
        if (m <= 2) y--
        era = int(y / 400); yoe = y - era * 400
        doy = int((153 * (m > 2 ? m - 3 : m + 9) + 2) / 5) + d - 1
        print era * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + doy - 719468
    }' || usage_error "'$1' is not a date such as 2021-06-01"
}

# each_day FROM TO: the days of [FROM, TO), given as day numbers, as YYYY-MM-DD.
each_day() {
    awk -v from="$1" -v to="$2" 'BEGIN {
        for (n = from; n < to; n++) {
            z = n + 719468; era = int(z / 146097); doe = z - era * 146097
            yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
            doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100)); mp = int((5 * doy + 2) / 153)
            m = mp < 10 ? mp + 3 : mp - 9
            printf "%04d-%02d-%02d\n", yoe + era * 400 + (m <= 2), m, doy - int((153 * mp + 2) / 5) + 1
        }
    }'
}

# read_range FROM [TO]: sets `first` and `end`, day numbers of [FROM, TO); without TO one day.
read_range() {
    first=$(day_number "$1") || exit 2
    end=$((first + 1))
    if [ -n "${2-}" ]; then
        end=$(day_number "$2") || exit 2
    fi
    [ "$end" -gt "$first" ] || usage_error "the range is empty: '$2' is not later than '$1' (it is exclusive)"
}

# ---- one transfer ----

is_passing() { # of an HTTP code (000: no answer): may it be another one the next time?
    case $1 in
    000 | 408 | 429 | 5??) return 0 ;;
    *) return 1 ;;
    esac
}

# Seconds that the server asks for, if it does, else what doubling has come to; not above 5 minutes.
wait_before_retry() { # TRY
    asked=$(tr -d '\r' <"$header_file" | sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9][0-9]*\)$/\1/p' | tail -n 1)
    doublings=$(($1 < 9 ? $1 - 1 : 8))
    seconds=$((wait * (1 << doublings)))
    [ -z "$asked" ] || [ "$asked" -lt "$seconds" ] || seconds=$asked
    [ "$seconds" -le 300 ] || seconds=300
    sleep "$seconds"
}

# transfer URL PART MODE: into PART; with MODE `resume` goes on where PART ends, with `anew` from
# the start, and then the body of an error is kept in PART. Sets `status` to the HTTP code. 0 if all
# of it came. $curl_config, if set, is more of curl's configuration (it isn't seen by `ps`).
transfer() {
    try=0
    while :; do
        : >"$header_file"
        if [ "$3" = resume ]; then
            answer=$(printf '%s\n' "${curl_config-}" | curl -K - -g -sS -L -f -C - --connect-timeout 30 \
                --speed-limit 1 --speed-time 60 -D "$header_file" -o "$2" -w '%{http_code}' "$1" 2>"$header_file.said")
        else
            rm -f "$2"
            answer=$(printf '%s\n' "${curl_config-}" | curl -K - -g -sS -L --connect-timeout 30 \
                --speed-limit 1 --speed-time 60 -D "$header_file" -o "$2" -w '%{http_code}' "$1" 2>"$header_file.said")
        fi
        result=$?
        why=$(sed -n '$s/^curl: //p' "$header_file.said")
        rm -f "$header_file.said"
        status=$(printf %s "$answer" | tail -c 3)
        [ "$pause" = 0 ] || sleep "$pause"
        case $result:$status in
        0:2??) return 0 ;;
        33:* | 22:416 | 36:*) # it can't go on from here: from the start then
            if [ ! -e "$2" ]; then return 1; fi
            rm -f "$2"
            ;;
        *)
            # 18: the connection ended early; 28, 52, 55, 56: it went quiet
            case $result in 18 | 28 | 52 | 55 | 56) ;; *) is_passing "$status" || return 1 ;; esac
            ;;
        esac
        try=$((try + 1))
        if [ $try -gt "$retries" ]; then return 1; fi
        say "$1: $(describe_failure), again ($try of $retries)"
        wait_before_retry $try
    done
}

describe_failure() {
    case $status in
    2?? | 000) echo "${why:-no answer}" ;;
    401 | 402) echo "HTTP $status: it wants a key" ;;
    *) echo "HTTP $status" ;;
    esac
}

# fetch_file URL PATH CHECK: PATH is there afterwards, whole and checked, or a worse code is noted
# and 1 returned. `CHECK URL PART` says what is wrong with a complete part (nothing: it is good);
# a part that is wrong is fetched once more from the start.
fetch_file() {
    if [ -e "$2" ]; then
        echo "there   $2"
        return 0
    fi
    mkdir -p "$(dirname "$2")" || exit 1
    for attempt in 1 2; do
        if ! transfer "$1" "$2.part" resume; then
            case $status in
            404 | 403)
                rm -f "$2.part"
                worse 4 "$1: not there (HTTP $status)"
                ;;
            *) worse 1 "$1: $(describe_failure)" ;;
            esac
            return 1
        fi
        fault=$($3 "$1" "$2.part")
        if [ -z "$fault" ]; then
            mv "$2.part" "$2" || exit 1
            echo "fetched $2"
            return 0
        fi
        rm -f "$2.part"
        [ $attempt = 2 ] || say "$1: $fault; once more from the start"
    done
    worse 3 "$1: $fault"
    return 1
}

sha256_of() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum <"$1" | cut -d' ' -f1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 <"$1" | cut -d' ' -f1
    else
        openssl dgst -sha256 <"$1" | sed 's/.* //'
    fi
}
