s,(/.*/Europe/Lodon: .*),(ZONEINFO),
