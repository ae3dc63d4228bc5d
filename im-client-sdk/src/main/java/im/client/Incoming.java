package im.client;

import im.protocol.v1.Envelope;
import im.protocol.v1.Placed;
import java.time.Instant;

/** From the protocol's words to the app's. No state. */
final class Incoming {
    private Incoming() {}

    /**
     * @param uid the one that this client is, to tell its own messages
     * @param acknowledgement what {@link ReceivedMessage#acknowledge()} does, on the thread that calls it
     */
    static ReceivedMessage message(
            String peer, Placed placed, String uid, boolean redelivered, Runnable acknowledgement) {
        Envelope envelope = placed.getEnvelope();
        return new ReceivedMessage(
                peer,
                placed.getPosition(),
                envelope.getMessageId(),
                envelope.getSender(),
                envelope.getSenderDevice(),
                Instant.ofEpochMilli(envelope.getAcceptedMs()),
                envelope.getContentType(),
                content(envelope),
                envelope.getSender().equals(uid),
                redelivered,
                acknowledgement);
    }

    static Content content(Envelope envelope) {
        return envelope.hasData()
                ? new Content.Data(envelope.getData().toByteArray())
                : new Content.Text(envelope.getText());
    }
}
