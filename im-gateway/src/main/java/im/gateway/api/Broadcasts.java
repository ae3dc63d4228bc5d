package im.gateway.api;

import com.google.protobuf.InvalidProtocolBufferException;
import im.gateway.rate.TokenBucket;
import im.gateway.service.SessionServices;
import im.gateway.session.Sessions;
import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.MessageId;
import im.protocol.v1.BroadcastOrder;
import im.protocol.v1.Code;
import im.protocol.v1.PushedBroadcast;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broadcasts of this process, side by side, on one thread of their own: what they send in a second is bounded for each and
 * for all together, and what waits for the log is too, so that a broadcast takes its turn beside the chats and never the
 * chats' place. One to everybody who is online is begun at every gateway of the cluster, each of which reaches those who
 * are connected to it at its share of the rate. Kept in memory only: a process that stops forgets what it had not sent.
 * Any thread.
 */
public final class Broadcasts implements AutoCloseable {
    /** Running at a time. */
    static final int MOST_RUNNING = 8;
    /** Known, with those that have ended. */
    static final int MOST_KNOWN = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Broadcasts.class);
    static final int TICK_MILLIS = 20;
    /** Appends, of all broadcasts together. */
    private static final int MOST_IN_FLIGHT = 64;
    /** How often other gateways are asked how far they are. */
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ServerMessages messages;
    private final Supplier<CompletionStage<List<String>>> online;
    private final OtherGateways others;
    private final TokenBucket all;
    private final Counter sent;
    private final Counter failed;
    private final Map<String, Broadcast> known = new LinkedHashMap<>();
    /** Those that run, in the order in which they may send next. */
    private final ArrayDeque<Broadcast> turns = new ArrayDeque<>();

    /** Transient messages of this tick, by their broadcast: who is there is asked once for all of one. */
    private final Map<Broadcast, List<ServerMessages.Told>> told = new LinkedHashMap<>();

    private final ScheduledExecutorService thread;
    private final LongSupplier nanos;
    private int inFlight;
    private long askedNanos;

    /**
     * Begins to listen to the other gateways.
     *
     * @param perSecond messages of all broadcasts of this process together
     */
    public Broadcasts(
            SessionServices services, Sessions sessions, OtherGateways others, int perSecond, MeterRegistry meters) {
        this(new ServerMessages(services), sessions::uids, others, perSecond, meters, ownThread(), System::nanoTime);
    }

    /**
     * As above.
     *
     * @param online uids that are connected to this process
     * @param thread one, closed with this
     * @param nanos monotonic
     */
    Broadcasts(
            ServerMessages messages,
            Supplier<CompletionStage<List<String>>> online,
            OtherGateways others,
            int perSecond,
            MeterRegistry meters,
            ScheduledExecutorService thread,
            LongSupplier nanos) {
        this.messages = messages;
        this.online = online;
        this.others = others;
        this.all = new TokenBucket(perSecond, Broadcast.BURST_NANOS, nanos.getAsLong());
        this.sent = meters.counter("im.gateway.broadcast.messages", "outcome", "sent");
        this.failed = meters.counter("im.gateway.broadcast.messages", "outcome", "failed");
        this.thread = thread;
        this.nanos = nanos;
        this.askedNanos = nanos.getAsLong();
        var unused = thread.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        others.listen(this::heard);
    }

    private static ScheduledExecutorService ownThread() {
        return new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "im-broadcast");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * Begins it, or tells how far it is if it has begun before.
     *
     * @param uids null for everybody who is online
     * @return exceptionally an {@link ApiException}
     */
    CompletionStage<JsonObject> start(Broadcast.Order order, @Nullable List<String> uids) {
        return onThread(() -> {
            Broadcast before = known.get(order.id());
            if (before != null) {
                if (!Arrays.equals(before.order.hash(), order.hash())) {
                    throw new ApiException(Code.CONFLICT, "another broadcast has this id");
                }
                return before.json();
            }
            long self = others.self();
            if (uids != null || self == 0) {
                return begin(order, order.perSecond(), uids).json();
            }
            Spread spread = new Spread(order, self, others);
            Broadcast begun = begin(order, spread.share(), null);
            begun.spread = spread;
            spread.ask();
            return begun.json();
        });
    }

    private Broadcast begin(Broadcast.Order order, int perSecond, @Nullable List<String> uids) {
        long running = known.values().stream()
                .filter(each -> each.state == Broadcast.State.RUNNING)
                .count();
        if (running >= MOST_RUNNING) {
            throw new ApiException(Code.OVERLOADED, "more than " + MOST_RUNNING + " broadcasts are running");
        }
        if (known.size() >= MOST_KNOWN) {
            known.values().stream()
                    .filter(each -> each.state != Broadcast.State.RUNNING)
                    .findFirst()
                    .ifPresent(oldest -> known.remove(oldest.order.id()));
        }
        Broadcast broadcast = new Broadcast(order, perSecond, uids == null, nanos.getAsLong());
        known.put(order.id(), broadcast);
        turns.add(broadcast);
        if (uids != null) {
            broadcast.receivers(uids);
            return broadcast;
        }
        broadcast.gathering = true;
        online.get()
                .whenComplete((there, failure) -> thread.execute(() -> {
                    broadcast.gathering = false;
                    if (failure == null && broadcast.state == Broadcast.State.RUNNING) {
                        broadcast.receivers(there);
                    }
                }));
        return broadcast;
    }

    /** How far it is; exceptionally an {@link ApiException} where none has this id. */
    CompletionStage<JsonObject> find(String id) {
        return onThread(() -> require(id).json());
    }

    /** What is not sent yet will not be. */
    CompletionStage<JsonObject> cancel(String id) {
        return onThread(() -> {
            Broadcast broadcast = require(id);
            end(broadcast);
            return broadcast.json();
        });
    }

    private static void end(Broadcast broadcast) {
        if (broadcast.state == Broadcast.State.RUNNING) {
            broadcast.end(Broadcast.State.CANCELLED);
            if (broadcast.spread != null) {
                broadcast.spread.cancel();
            }
        }
    }

    private void heard(PushedBroadcast said) {
        thread.execute(() -> {
            try {
                hear(said);
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("why", e).log("another gateway says of a broadcast what cannot be read");
            }
        });
    }

    private void hear(PushedBroadcast said) {
        Broadcast broadcast = known.get(said.getId());
        switch (said.getWhatCase()) {
            case ORDER -> answer(said, broadcast == null ? obey(said.getId(), said.getOrder()) : broadcast);
            case PROGRESS -> {
                if (broadcast != null && broadcast.spread != null) {
                    broadcast.spread.heard(said.getFrom(), said.getProgress());
                }
            }
            case CANCELLED -> {
                if (broadcast != null) {
                    end(broadcast);
                }
            }
            default -> answer(said, broadcast);
        }
    }

    /** Null when there is no room for it now: it will be ordered again. */
    private @Nullable Broadcast obey(String id, BroadcastOrder said) {
        try {
            int perSecond = said.getPerSecond();
            Send send = Send.parseFrom(said.getSend());
            if (MessageId.parse(id) == null || !Ids.isValid(said.getSender()) || perSecond < 1) {
                throw new IllegalArgumentException("not an order");
            }
            return begin(
                    new Broadcast.Order(
                            id,
                            said.getSender(),
                            send,
                            perSecond,
                            said.getHash().toByteArray()),
                    perSecond,
                    null);
        } catch (ApiException e) {
            return null;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not a Send", e);
        }
    }

    private void answer(PushedBroadcast said, @Nullable Broadcast broadcast) {
        if (broadcast != null) {
            others.tell(said.getFrom(), Spread.progress(said.getId(), others.self(), broadcast.progress()));
        } else if (!said.hasOrder()) {
            others.tell(said.getFrom(), Spread.unknown(said.getId(), others.self()));
        }
    }

    private Broadcast require(String id) {
        Broadcast broadcast = known.get(id);
        if (broadcast == null) {
            throw new ApiException(Code.NOT_FOUND, "no broadcast has this id here");
        }
        return broadcast;
    }

    private <T> CompletionStage<T> onThread(Supplier<T> action) {
        return CompletableFuture.supplyAsync(action, thread);
    }

    private void tick() {
        try {
            long now = nanos.getAsLong();
            if (now - askedNanos >= ASK_NANOS) {
                askedNanos = now;
                known.values().stream()
                        .filter(each -> each.state == Broadcast.State.RUNNING && each.spread != null)
                        .forEach(each -> each.spread.ask());
            }
            sendAll(now);
        } catch (RuntimeException e) {
            LOG.error("broadcasts", e);
        }
    }

    /** What may be sent now, one message of each in turn. */
    private void sendAll(long nowNanos) {
        for (int passed = 0; passed < turns.size(); ) {
            Broadcast next = turns.remove();
            next.settleIfDone();
            if (next.state == Broadcast.State.RUNNING) {
                turns.add(next);
                passed = step(next, nowNanos) ? 0 : passed + 1;
            }
        }
        Map<Broadcast, List<ServerMessages.Told>> now = new LinkedHashMap<>(told);
        told.clear();
        now.forEach(this::tell);
    }

    private void tell(Broadcast broadcast, List<ServerMessages.Told> some) {
        messages.tell(some, broadcast.toOwn)
                .whenComplete((at, failure) -> thread.execute(() -> {
                    inFlight -= some.size();
                    broadcast.inFlight -= some.size();
                    if (failure == null) {
                        broadcast.sent += some.size();
                        sent.increment(some.size());
                    } else {
                        broadcast.failed += some.size();
                        failed.increment(some.size());
                    }
                    tick();
                }));
    }

    /** One message, if it may be sent now. */
    private boolean step(Broadcast broadcast, long now) {
        if (broadcast.left.isEmpty() || inFlight >= MOST_IN_FLIGHT || !broadcast.rate.has(now) || !all.take(now)) {
            return false;
        }
        boolean unused = broadcast.rate.take(now);
        send(broadcast, broadcast.left.remove());
        return true;
    }

    private void send(Broadcast broadcast, String uid) {
        Broadcast.Order order = broadcast.order;
        MessageId id = broadcast.messageId(uid);
        Send send = order.send().toBuilder().setMessageId(id.toString()).build();
        inFlight++;
        broadcast.inFlight++;
        if (send.getTransient()) {
            told.computeIfAbsent(broadcast, each -> new ArrayList<>())
                    .add(new ServerMessages.Told(order.from(), uid, send));
            return;
        }
        AppendRequest request =
                messages.request(order.from(), ConversationKey.direct(order.from(), uid), id, send, false);
        messages.append(List.of(request), thread, outcomes -> settled(broadcast, uid, outcomes.get(0)));
    }

    private void settled(Broadcast broadcast, String uid, AppendOutcome outcome) {
        inFlight--;
        broadcast.inFlight--;
        if (outcome instanceof AppendOutcome.Accepted) {
            broadcast.sent++;
            sent.increment();
        } else if (mayComeAgain(outcome) && broadcast.state == Broadcast.State.RUNNING) {
            broadcast.left.add(uid);
            return;
        } else {
            broadcast.failed++;
            failed.increment();
        }
        // There is room for the next one: a tick later would bound how many there are in a second.
        tick();
    }

    /** As long as the log is away a broadcast waits for it. */
    private static boolean mayComeAgain(AppendOutcome outcome) {
        return outcome instanceof AppendOutcome.Unknown
                || (outcome instanceof AppendOutcome.Refused refused
                        && (refused.code() == Code.OVERLOADED || refused.code() == Code.UNAVAILABLE));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
