package im.gateway.webhook;

import im.gateway.config.WebhookConfig.Event;
import im.protocol.CloseReason;
import im.relay.AppendRequest;

/** One thing that has happened, kept as it came until it is sent. */
sealed interface Happening {
    /** What an entry takes beside its message: a few strings. */
    int OVERHEAD_BYTES = 512;

    Event event();

    /** About what it takes in memory. */
    default int bytes() {
        return OVERHEAD_BYTES;
    }

    record Accepted(AppendRequest request, long acceptedMs) implements Happening {
        @Override
        public Event event() {
            return Event.AFTER_ACCEPT;
        }

        @Override
        public int bytes() {
            return OVERHEAD_BYTES + request.envelope().length;
        }
    }

    record Connected(String uid, String device, long connection, String platform) implements Happening {
        @Override
        public Event event() {
            return Event.CONNECTED;
        }
    }

    record Disconnected(String uid, String device, long connection, CloseReason reason) implements Happening {
        @Override
        public Event event() {
            return Event.DISCONNECTED;
        }
    }

    record WentOffline(String uid) implements Happening {
        @Override
        public Event event() {
            return Event.WENT_OFFLINE;
        }
    }
}
