package im.gateway.ingress;

import im.gateway.connection.Connection;
import im.gateway.rate.TokenBucket;
import im.gateway.service.SessionServices;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import java.util.concurrent.TimeUnit;

/**
 * What a connection sends that is kept nowhere: told at once to the peer's connections and the sender's other ones. At
 * most {@link #BURST} at a time and {@link #PER_SECOND} a second. Event loop only.
 */
public final class TransientLane {
    public static final int BURST = 40;
    public static final int PER_SECOND = 20;
    /** The loop's clock is too coarse to promise less. */
    private static final int RETRY_MILLIS = 1_000;

    private static final SendCheck.Refusal NOT_IN_GROUPS =
            new SendCheck.Refusal(Code.UNSUPPORTED, "conversation", "transient messages do not go into groups");

    private final SessionServices services;
    private final Connection connection;
    private final String uid;
    private final String device;
    private final TokenBucket rate;

    public TransientLane(SessionServices services, Connection connection, String uid, String device) {
        this.services = services;
        this.connection = connection;
        this.uid = uid;
        this.device = device;
        this.rate = new TokenBucket(PER_SECOND, BURST * (TokenBucket.NANOS / PER_SECOND), nanos());
    }

    /** The answer to the sender: OK says that it was handed on, and no more. */
    public SendResult send(ConversationKey conversation, Send send) {
        SendResult.Builder result = SendResult.newBuilder();
        if (MessageId.parse(send.getMessageId()) == null) {
            return result.setCode(Code.MALFORMED)
                    .setText("message_id is not a canonical lower-case UUID")
                    .build();
        }
        result.setMessageId(send.getMessageId());
        SendCheck.Refusal refusal =
                conversation.isGroup() ? NOT_IN_GROUPS : SendCheck.body(send, Limits.TRANSIENT_BYTES);
        if (refusal != null) {
            return result.setCode(refusal.code()).setText(refusal.text()).build();
        }
        if (!rate.take(nanos())) {
            return result.setCode(Code.RATE_LIMITED)
                    .setRetryAfterMs(RETRY_MILLIS)
                    .setText("more than " + PER_SECOND + " transient messages a second")
                    .build();
        }
        long now = services.clock().millis();
        tell(conversation, new TransientMessage(conversation, EnvelopeCodec.encode(send, uid, device, now)));
        return result.setCode(Code.OK).setAcceptedMs(now).build();
    }

    private long nanos() {
        return TimeUnit.MILLISECONDS.toNanos(connection.loop().nowMillis());
    }

    private void tell(ConversationKey conversation, TransientMessage message) {
        String peer = conversation.peerOf(uid);
        tell(peer, message);
        if (!peer.equals(uid)) {
            tell(uid, message);
        }
    }

    private void tell(String receiver, TransientMessage message) {
        services.routes().routesOf(receiver).thenAccept(all -> {
            Wakeups wakeups = new Wakeups();
            services.bus().pushTransient(message, receiver, all.without(connection.id()), wakeups);
            wakeups.flush();
        });
    }
}
