package im.router;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** When uids were last connected, kept for ever. Safe from any thread; no call blocks. */
public interface LastSeen {

    /** A connection of the uid has ended; without a promise that this is ever written, which may take two seconds. */
    void left(String uid, long ms);

    /** Milliseconds since 1970, 0 where nothing is known, in the order asked. */
    CompletionStage<long[]> of(List<String> uids);
}
