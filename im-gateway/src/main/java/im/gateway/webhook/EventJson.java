package im.gateway.webhook;

import com.google.protobuf.InvalidProtocolBufferException;
import im.gateway.config.WebhookConfig.Event;
import im.gateway.intercept.IncomingMessage;
import im.gateway.intercept.MessageContent.Data;
import im.gateway.intercept.MessageContent.Text;
import im.protocol.ConversationKey;
import im.protocol.v1.Envelope;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a request says, {@code {"node":…,"events":[…]}}; docs/server-api.md has the shapes. */
final class EventJson {
    private static final JsonMapper JSON = JsonMapper.shared();

    private EventJson() {}

    /** As the configuration names it. */
    static String name(Event event) {
        return event.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static byte[] body(String node, List<ObjectNode> events) {
        ObjectNode body = JSON.createObjectNode();
        body.put("node", node);
        body.putArray("events").addAll(events);
        return JSON.writeValueAsBytes(body);
    }

    static ObjectNode event(String id, Event event, long timeMs) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", id);
        node.put("event", name(event));
        node.put("time_ms", timeMs);
        return node;
    }

    static void put(ObjectNode node, Happening happening) {
        if (happening instanceof Happening.Accepted accepted) {
            put(node.putObject("message"), accepted);
        } else if (happening instanceof Happening.Connected connected) {
            node.put("uid", connected.uid());
            node.put("device", connected.device());
            node.put("connection", Long.toHexString(connected.connection()));
            node.put("platform", connected.platform());
        } else if (happening instanceof Happening.Disconnected disconnected) {
            node.put("uid", disconnected.uid());
            node.put("device", disconnected.device());
            node.put("connection", Long.toHexString(disconnected.connection()));
            node.put("reason", disconnected.reason().label());
        } else if (happening instanceof Happening.WentOffline offline) {
            node.put("uid", offline.uid());
        }
    }

    private static void put(ObjectNode node, Happening.Accepted accepted) {
        Envelope envelope;
        try {
            envelope = Envelope.parseFrom(accepted.request().envelope());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an envelope that was encoded here cannot be read", e);
        }
        put(node, accepted.request().conversation(), envelope.getSender(), envelope.getSenderDevice());
        node.put("message_id", envelope.getMessageId());
        node.put("accepted_ms", accepted.acceptedMs());
        node.put("content_type", envelope.getContentType());
        if (envelope.hasMembership()) {
            node.put("membership", envelope.getMembership().getKind().name());
            envelope.getMembership().getUidsList().forEach(node.withArray("uids")::add);
        } else if (envelope.hasData()) {
            node.put(
                    "data",
                    Base64.getEncoder().encodeToString(envelope.getData().toByteArray()));
        } else {
            node.put("text", envelope.getText());
        }
    }

    static void put(ObjectNode node, IncomingMessage message) {
        put(node, message.conversation(), message.sender(), message.device());
        node.put("message_id", message.messageId().toString());
        node.put("content_type", message.contentType());
        if (message.content() instanceof Text text) {
            node.put("text", text.text());
        } else if (message.content() instanceof Data data) {
            node.put("data", Base64.getEncoder().encodeToString(data.data()));
        }
    }

    private static void put(ObjectNode node, ConversationKey conversation, String sender, String device) {
        node.put("from", sender);
        node.put("device", device);
        if (conversation.isGroup()) {
            node.put("group", conversation.group());
        } else {
            node.put("to", conversation.peerOf(sender));
        }
    }
}
