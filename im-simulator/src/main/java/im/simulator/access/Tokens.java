package im.simulator.access;

import java.util.List;

/** Tokens by uid. They are kept in memory and never logged. Thread-safe. */
public sealed interface Tokens permits MintedTokens, ListedTokens {

    /** @throws AccessException if there is none for that uid */
    String tokenOf(String uid);

    /** The only uids there are tokens for, in a fixed order; empty if any uid will do. */
    List<String> uids();
}
