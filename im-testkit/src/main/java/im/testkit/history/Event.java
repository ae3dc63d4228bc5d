package im.testkit.history;

import im.protocol.ConversationKey;

/** One thing that a client did or saw. {@code at} is in nanoseconds since the history began, monotonic. */
public sealed interface Event {

    long at();

    DeviceRun by();

    /**
     * The conversation that one of its uids names by the other uid of a direct one, or by a group's key: no uid has a
     * {@code |}.
     */
    static ConversationKey conversation(String uid, String peer) {
        return peer.indexOf('|') < 0 ? ConversationKey.direct(uid, peer) : ConversationKey.parse(peer);
    }

    /** The app starts. */
    record Started(long at, DeviceRun by, Start start) implements Event {}

    /** Welcome has arrived. */
    record Connected(long at, DeviceRun by) implements Event {}

    /** The server says that all that was missed has been sent. */
    record CaughtUp(long at, DeviceRun by) implements Event {}

    /** The server says that live push has stopped. */
    record Lagged(long at, DeviceRun by) implements Event {}

    /** The connection is gone. */
    record Disconnected(long at, DeviceRun by) implements Event {}

    /**
     * The app ends.
     *
     * @param orderly false for a crash, which may leave sends without an outcome
     */
    record Stopped(long at, DeviceRun by, boolean orderly) implements Event {}

    /**
     * The app sends; {@code at} is taken before the call.
     *
     * @param ref unique in the history; {@link Settled#ref} answers it
     * @param peer {@link #conversation}
     * @param body {@link BodyHash}
     */
    record Invoked(long at, DeviceRun by, long ref, String peer, String messageId, String body) implements Event {
        public ConversationKey conversation() {
            return Event.conversation(by.uid(), peer);
        }
    }

    /**
     * A send has its outcome; {@code at} is taken after it is known.
     *
     * @param code the name of the protocol's code; empty where there is none
     */
    record Settled(long at, DeviceRun by, long ref, Outcome outcome, String code) implements Event {}

    /**
     * The app is given a message.
     *
     * @param prev the position before it in the conversation, -1 where the app is not told
     * @param own what the client says of it: sent by this uid
     * @param redelivered what the client says of it: an earlier run was given it, and did not acknowledge it
     */
    record CalledBack(
            long at,
            DeviceRun by,
            String peer,
            long position,
            long prev,
            String messageId,
            String sender,
            String body,
            boolean own,
            boolean redelivered)
            implements Event {
        public ConversationKey conversation() {
            return Event.conversation(by.uid(), peer);
        }
    }

    /** The app has everything of the conversation up to the position, and its client has kept that. */
    record Acked(long at, DeviceRun by, String peer, long position) implements Event {
        public ConversationKey conversation() {
            return Event.conversation(by.uid(), peer);
        }
    }

    /** The server refused something that was not a send, or closed the connection. */
    record Refused(long at, DeviceRun by, String code, String text) implements Event {}
}
