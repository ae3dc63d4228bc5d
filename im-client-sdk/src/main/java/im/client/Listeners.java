package im.client;

/** Who is called back. */
record Listeners(
        MessageListener messages,
        ConnectionStateListener states,
        TruncationListener truncations,
        OutcomeListener outcomes) {}
