package im.client;

import im.client.internal.order.ConversationText;
import im.protocol.v1.Transient;

/** What is worth something only now: receipts and transient messages. Dropped while the app is slow. Event loop only. */
final class Notices {
    private final Callbacks callbacks;
    private final PresenceSubscriptions presences;

    Notices(Callbacks callbacks, Requests requests) {
        this.callbacks = callbacks;
        this.presences = new PresenceSubscriptions(requests, callbacks::add);
    }

    PresenceSubscriptions presences() {
        return presences;
    }

    void receipt(im.protocol.v1.Receipt receipt) {
        Receipt.Kind kind = switch (receipt.getKind()) {
            case DELIVERED -> Receipt.Kind.DELIVERED;
            case READ -> Receipt.Kind.READ;
            case KIND_UNSPECIFIED, UNRECOGNIZED -> null;
        };
        if (kind != null) {
            offer(new Call.Receipted(new Receipt(
                    Conversation.ofText(ConversationText.of(receipt.getUpTo().getConversation())),
                    receipt.getUid(),
                    kind,
                    receipt.getUpTo().getPosition())));
        }
    }

    /** @param uid the one that this client is, to tell its own */
    void passing(Transient passing, String uid) {
        if (passing.getConversation().hasPeer()) {
            offer(new Call.Passing(
                    Incoming.passing(passing, uid), passing.getEnvelope().getSerializedSize()));
        }
    }

    private void offer(Call call) {
        if (!callbacks.isFull()) {
            callbacks.add(call);
        }
    }
}
