package im.gateway.api;

import im.gateway.ingress.SendCheck;
import im.gateway.service.SessionEvents;
import im.gateway.service.SessionServices;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.PushBus;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.RouteDirectory;
import im.router.Routes;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Messages that the app's own servers send; nobody judges them. Any thread. */
final class ServerMessages {
    /** From which "device" they come. */
    static final String DEVICE = "server-api";

    private final MessageLog log;
    private final RouteDirectory routes;
    private final PushBus bus;
    private final SessionEvents events;
    private final Clock clock;

    ServerMessages(SessionServices services) {
        this(services.log(), services.routes(), services.bus(), services.hooks().events(), services.clock());
    }

    /** @param events hears of what was accepted */
    ServerMessages(MessageLog log, RouteDirectory routes, PushBus bus, SessionEvents events, Clock clock) {
        this.log = log;
        this.routes = routes;
        this.bus = bus;
        this.events = events;
        this.clock = clock;
    }

    /** Null when it may be sent. */
    static SendCheck.@Nullable Refusal check(Send send) {
        return SendCheck.body(send, send.getTransient() ? Limits.TRANSIENT_BYTES : Limits.PAYLOAD_BYTES);
    }

    /** @param byServer as in {@link AppendRequest} */
    AppendRequest request(String from, ConversationKey conversation, MessageId id, Send send, boolean byServer) {
        long now = clock.millis();
        return new AppendRequest(
                conversation,
                from,
                id,
                EnvelopeCodec.requestHash(send),
                now,
                EnvelopeCodec.encode(send, from, DEVICE, now),
                byServer);
    }

    /** As {@link im.relay.MessageLog#append}. */
    void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        log.append(batch, lane, outcomes -> {
            for (int i = 0; i < batch.size(); i++) {
                if (outcomes.get(i) instanceof AppendOutcome.Accepted accepted) {
                    events.accepted(batch.get(i), accepted.acceptedMs());
                }
            }
            done.accept(outcomes);
        });
    }

    /** What is told once and kept nowhere. */
    record Told(String from, String to, Send send) {}

    /**
     * To whoever is there, best effort.
     *
     * @param hereOnly whether other gateways tell those who are connected to them
     * @return when they were handed on, in milliseconds since 1970; exceptionally when nobody knows who is there
     */
    CompletionStage<Long> tell(List<Told> all, boolean hereOnly) {
        Set<String> receivers = all.stream().map(Told::to).collect(Collectors.toSet());
        return routes.routesOf(receivers).thenApply(there -> {
            long now = clock.millis();
            Wakeups wakeups = new Wakeups();
            for (Told told : all) {
                Routes found = there.getOrDefault(told.to, Routes.NONE);
                TransientMessage message = new TransientMessage(
                        ConversationKey.direct(told.from, told.to),
                        EnvelopeCodec.encode(told.send, told.from, DEVICE, now));
                bus.pushTransient(message, told.to, hereOnly ? Routes.here(found.here()) : found, wakeups);
            }
            wakeups.flush();
            return now;
        });
    }

    /** How an outcome is told. */
    static Code code(AppendOutcome outcome) {
        if (outcome instanceof AppendOutcome.Accepted) {
            return Code.OK;
        }
        return outcome instanceof AppendOutcome.Refused refused ? refused.code() : Code.UNKNOWN_OUTCOME;
    }
}
