package im.client.internal.order;

import im.protocol.v1.Code;

/** Where the outcome of a send goes; exactly one call, once. */
public interface Settlement {
    void accepted(long acceptedMillis);

    /** Not accepted, and it will not be. */
    void rejected(Code code, String text);

    /** It may stand in the log or not, and will not be sent again. */
    void unknown(String why);

    /** This run of the client ends before it is known; a later one may go on with it. */
    void left(String why);
}
