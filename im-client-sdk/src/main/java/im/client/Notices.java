package im.client;

import im.protocol.v1.Transient;

/** What is worth something only now: receipts and transient messages. Dropped while the app is slow. Event loop only. */
final class Notices {
    private final Callbacks callbacks;

    Notices(Callbacks callbacks) {
        this.callbacks = callbacks;
    }

    void receipt(im.protocol.v1.Receipt receipt) {
        Receipt.Kind kind = switch (receipt.getKind()) {
            case DELIVERED -> Receipt.Kind.DELIVERED;
            case READ -> Receipt.Kind.READ;
            case KIND_UNSPECIFIED, UNRECOGNIZED -> null;
        };
        if (kind != null && receipt.getUpTo().getConversation().hasPeer()) {
            offer(new Call.Receipted(new Receipt(
                    receipt.getUpTo().getConversation().getPeer(),
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
