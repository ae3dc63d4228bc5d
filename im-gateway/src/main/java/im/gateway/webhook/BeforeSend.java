package im.gateway.webhook;

import im.gateway.config.WebhookConfig.Event;
import im.gateway.intercept.IncomingMessage;
import im.gateway.intercept.MessageContent;
import im.gateway.intercept.MessageContent.Data;
import im.gateway.intercept.MessageContent.Text;
import im.gateway.intercept.MessageGate;
import im.gateway.intercept.Verdict;
import im.gateway.webhook.Receiver.Answer;
import im.protocol.v1.Code;
import im.router.StageFailure;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Asks the receiver, once and with a deadline, whether a message may be sent. Any thread. */
final class BeforeSend implements MessageGate {
    /** Questions that may be open at a time; a message beyond them is refused as overloaded. */
    static final int MAX_OPEN = 256;

    private static final int RETRY_MILLIS = 1_000;

    private final Receiver receiver;
    private final String node;
    private final Duration timeout;
    private final Verdict onFailure;
    private final Supplier<String> ids;
    private final Clock clock;
    private final WebhookMeters meters;
    private final Semaphore room = new Semaphore(MAX_OPEN);

    BeforeSend(
            Receiver receiver,
            String node,
            Duration timeout,
            boolean allowOnFailure,
            Supplier<String> ids,
            Clock clock,
            WebhookMeters meters) {
        this.receiver = receiver;
        this.node = node;
        this.timeout = timeout;
        this.onFailure = allowOnFailure
                ? Verdict.ACCEPT
                : new Verdict.Reject(Code.UNAVAILABLE, "the message could not be judged", RETRY_MILLIS);
        this.ids = ids;
        this.clock = clock;
        this.meters = meters;
    }

    @Override
    public CompletionStage<Verdict> judge(IncomingMessage message) {
        if (!room.tryAcquire()) {
            meters.asked(WebhookMeters.Asked.OVERLOADED);
            return CompletableFuture.completedStage(
                    new Verdict.Reject(Code.OVERLOADED, "too many messages wait to be judged", RETRY_MILLIS));
        }
        ObjectNode event = EventJson.event(ids.get(), Event.BEFORE_SEND, clock.millis());
        EventJson.put(event.putObject("message"), message);
        byte[] body = EventJson.body(node, List.of(event));
        long begun = System.nanoTime();
        return receiver.post(EventJson.name(Event.BEFORE_SEND), body, timeout)
                .thenApply(BeforeSend::verdict)
                .handle((verdict, failure) -> {
                    room.release();
                    meters.asked(System.nanoTime() - begun);
                    return failure == null ? told(verdict) : failed(failure);
                });
    }

    private Verdict told(Verdict verdict) {
        if (verdict instanceof Verdict.Reject) {
            meters.asked(WebhookMeters.Asked.REFUSED);
        } else {
            meters.asked(WebhookMeters.Asked.ALLOWED);
        }
        return verdict;
    }

    private Verdict failed(Throwable failure) {
        boolean asked = !(StageFailure.cause(failure) instanceof Receiver.NotAsked);
        meters.asked(asked ? WebhookMeters.Asked.FAILED : WebhookMeters.Asked.NOT_ASKED);
        return onFailure;
    }

    /** @throws IllegalArgumentException when that is no answer */
    private static Verdict verdict(Answer answer) {
        if (answer.status() == 204) {
            return Verdict.ACCEPT;
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(answer.body());
            return switch (json.path("action").asString("")) {
                case "allow" -> Verdict.ACCEPT;
                case "refuse" -> refusal(json);
                case "rewrite" -> new Verdict.Rewrite(json.path("content_type").asString(""), content(json));
                default -> throw new IllegalArgumentException("no action that is known");
            };
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }

    private static Verdict refusal(JsonNode json) {
        String text = json.path("text").asString("refused");
        return new Verdict.Reject(
                Code.valueOf(json.path("code").asString(Code.FORBIDDEN.name())),
                shortened(text),
                json.path("retry_after_ms").asInt(0));
    }

    /** Never half of a character. */
    private static String shortened(String text) {
        if (text.length() <= Verdict.MAX_TEXT) {
            return text;
        }
        boolean inPair = Character.isHighSurrogate(text.charAt(Verdict.MAX_TEXT - 1));
        return text.substring(0, inPair ? Verdict.MAX_TEXT - 1 : Verdict.MAX_TEXT);
    }

    private static MessageContent content(JsonNode json) {
        if (json.path("text").isString()) {
            return new Text(json.path("text").asString());
        }
        if (json.path("data").isString()) {
            return new Data(Base64.getDecoder().decode(json.path("data").asString()));
        }
        throw new IllegalArgumentException("neither text nor data");
    }
}
