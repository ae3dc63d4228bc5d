package im.client;

import im.client.internal.order.Missing;
import im.client.internal.order.Progress;
import im.protocol.v1.Placed;

/** One call of a listener. */
sealed interface Call {

    /** What it keeps in memory while it waits. */
    default int sizeBytes() {
        return 0;
    }

    /** On the callback executor. */
    void make(Listeners to);

    /** On the event loop, after the listener has returned. */
    default void returned(Callbacks.Owner owner) {}

    /** Whether it is made although the client has ended. */
    default boolean outlivesClient() {
        return false;
    }

    /** A message in its place. */
    record Message(Progress conversation, Placed placed, ReceivedMessage message) implements Call {
        @Override
        public int sizeBytes() {
            return placed.getSerializedSize();
        }

        @Override
        public void make(Listeners to) {
            to.messages().onMessage(message);
        }

        @Override
        public void returned(Callbacks.Owner owner) {
            owner.shown(conversation, placed.getPosition());
        }
    }

    /** A truncation of one conversation. */
    record Cut(Progress conversation, Missing missing) implements Call {
        @Override
        public void make(Listeners to) {
            to.truncations()
                    .onTruncated(
                            new Truncation(Conversation.ofText(conversation.peer()), missing.from(), missing.to()));
        }

        @Override
        public void returned(Callbacks.Owner owner) {
            owner.told(conversation, missing);
        }
    }

    /** A truncation that may be of any conversation, told with a CaughtUp. */
    record CutEverywhere(long completeAsOfMillis) implements Call {
        @Override
        public void make(Listeners to) {
            to.truncations().onTruncated(new Truncation(null, 0, 0));
        }

        @Override
        public void returned(Callbacks.Owner owner) {
            owner.caughtUp(completeAsOfMillis);
        }
    }

    /** How a send of an earlier run has ended. */
    record Settled(RestoredSend send) implements Call {
        @Override
        public void make(Listeners to) {
            Conversation where = Conversation.ofText(send.peer());
            if (where.isGroup()) {
                to.outcomes().onGroupOutcome(where.id(), send.outcome());
            } else {
                to.outcomes().onOutcome(where.id(), send.outcome());
            }
        }

        @Override
        public void returned(Callbacks.Owner owner) {
            owner.outcomeTold(send);
        }
    }

    /** How far somebody is. */
    record Receipted(Receipt receipt) implements Call {
        @Override
        public void make(Listeners to) {
            ReceiptListener listener = to.receipts();
            if (listener != null) {
                listener.onReceipt(receipt);
            }
        }
    }

    /** How somebody is. */
    record Present(UserPresence presence, Runnable told) implements Call {
        @Override
        public void make(Listeners to) {
            to.presences().onPresence(presence);
        }

        @Override
        public void returned(Callbacks.Owner owner) {
            told.run();
        }
    }

    /** A message that is kept nowhere. */
    record Passing(TransientMessage message, int sizeBytes) implements Call {
        @Override
        public void make(Listeners to) {
            TransientListener listener = to.passing();
            if (listener != null) {
                listener.onTransient(message);
            }
        }
    }

    /** A change of the connection's state. */
    record State(StateChange change) implements Call {
        @Override
        public void make(Listeners to) {
            to.states().onStateChanged(change);
        }

        @Override
        public boolean outlivesClient() {
            return true;
        }
    }
}
