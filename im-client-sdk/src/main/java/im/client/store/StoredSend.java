package im.client.store;

import java.util.Arrays;

/**
 * A message whose outcome is open.
 *
 * @param number its place in the order of sends; never used again
 * @param peer whom it goes to
 * @param messageId a canonical lower-case UUID
 * @param triedMillis when it may have been written to a socket first, by this machine's clock; 0 if it was not
 * @param body the message as the client writes it: to be kept as it is, and changed by nobody
 */
public record StoredSend(long number, String peer, String messageId, long triedMillis, byte[] body) {

    public StoredSend tried(long millis) {
        return new StoredSend(number, peer, messageId, millis, body);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StoredSend send
                && number == send.number
                && peer.equals(send.peer)
                && messageId.equals(send.messageId)
                && triedMillis == send.triedMillis
                && Arrays.equals(body, send.body);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    @Override
    public String toString() {
        return "StoredSend[" + number + " " + messageId + ", " + body.length + " bytes]";
    }
}
