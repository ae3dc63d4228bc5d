package im.gateway.webhook;

import im.gateway.config.OnFailure;
import im.gateway.config.Secret;
import im.gateway.config.WebhookConfig;
import im.gateway.config.WebhookConfig.Event;
import im.gateway.intercept.MessageGate;
import im.gateway.service.SessionEvents;
import im.protocol.CloseReason;
import im.relay.AppendRequest;
import im.router.Presence;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The webhooks of this process. What has happened may be told on any thread and never blocks it. */
public final class Webhooks implements SessionEvents, AutoCloseable {
    /** To the receiver: one for each question, one for events, and a few that close. */
    public static final int MAX_SOCKETS = BeforeSend.MAX_OPEN + 16;

    private static final int MAX_SECRET_BYTES = 4_096;
    private static final long LAST_MILLIS = 2_000;
    private static final long LAST_STEP_MILLIS = 20;

    private final Set<Event> events;
    private final WebhookMeters meters;
    private final ExecutorService workers;
    private final ScheduledThreadPoolExecutor timer;
    private final Receiver receiver;
    private final Receiver judge;
    private final EventQueue queue;
    private final EventPump pump;
    private final OfflineWatch offline;
    private final MessageGate gate;

    private Webhooks(
            WebhookConfig config,
            URI url,
            byte[] secret,
            String node,
            Presence presence,
            Clock clock,
            RandomGenerator random,
            MeterRegistry registry) {
        this.events = EnumSet.copyOf(config.events());
        this.meters = new WebhookMeters(registry);
        this.workers = Executors.newFixedThreadPool(2, named("im-webhook"));
        this.timer = new ScheduledThreadPoolExecutor(1, named("im-webhook-timer"));
        timer.setRemoveOnCancelPolicy(true);
        this.receiver = new Receiver(url, secret, workers, timer, clock);
        this.judge = receiver.forAnotherUse();
        Supplier<String> ids = ids(random);
        this.queue = new EventQueue(config.queueEvents(), config.queueBytes(), ids, clock, meters);
        this.pump = new EventPump(queue, receiver, node, config.timeout(), config.retries(), timer, random, meters);
        this.offline = new OfflineWatch(
                presence,
                config.offlineAfter(),
                timer,
                new OfflineWatch.Events(
                        uid -> offer(new Happening.WentOffline(uid)),
                        () -> meters.sent(WebhookMeters.Sent.FULL, 1),
                        uids -> meters.sent(WebhookMeters.Sent.UNKNOWN, uids)));
        this.gate = events.contains(Event.BEFORE_SEND)
                ? new BeforeSend(
                        judge,
                        node,
                        config.beforeSendTimeout(),
                        config.onFailure() == OnFailure.ALLOW,
                        ids,
                        clock,
                        meters)
                : MessageGate.OPEN;
        meters.gauges(queue::size, receiver::level, judge::level);
    }

    /**
     * Reads the secret; blocks.
     *
     * @param config whose url is set
     * @param node this process, as receivers see it
     * @throws IOException saying in one line what is wrong with the secret
     */
    public static Webhooks open(
            WebhookConfig config,
            String node,
            Presence presence,
            Clock clock,
            RandomGenerator random,
            MeterRegistry registry)
            throws IOException {
        return new Webhooks(
                config, config.url().orElseThrow(), secret(config), node, presence, clock, random, registry);
    }

    private static byte[] secret(WebhookConfig config) throws IOException {
        byte[] secret = config.secretFile().isPresent()
                ? Files.readAllBytes(config.secretFile().get())
                : config.secret().map(Secret::text).orElse("").getBytes(StandardCharsets.UTF_8);
        String text = new String(secret, StandardCharsets.ISO_8859_1);
        String trimmed = text.replaceFirst("\r?\n$", "");
        if (trimmed.isEmpty() || trimmed.length() > MAX_SECRET_BYTES) {
            throw new IOException(
                    "webhooks: the secret has " + trimmed.length() + " bytes, expected 1 to " + MAX_SECRET_BYTES);
        }
        return trimmed.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Other ids with each start. */
    private static Supplier<String> ids(RandomGenerator random) {
        String start = Long.toHexString(random.nextLong() | Long.MIN_VALUE);
        AtomicLong count = new AtomicLong();
        return () -> start + "-" + count.incrementAndGet();
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** What asks before a message is accepted; {@link MessageGate#OPEN} where nobody is to be asked. */
    public MessageGate gate() {
        return gate;
    }

    /** Null while the receiver answers; otherwise what is wrong. */
    public @Nullable String failure() {
        String failure = receiver.failure();
        return failure == null ? judge.failure() : failure;
    }

    @Override
    public void connected(String uid, String device, long connection, String platform) {
        offer(new Happening.Connected(uid, device, connection, platform));
    }

    @Override
    public void disconnected(String uid, String device, long connection, CloseReason reason) {
        offer(new Happening.Disconnected(uid, device, connection, reason));
        if (events.contains(Event.WENT_OFFLINE)) {
            offline.disconnected(uid);
        }
    }

    @Override
    public void accepted(AppendRequest request, long acceptedMs) {
        offer(new Happening.Accepted(request, acceptedMs));
    }

    private void offer(Happening happening) {
        if (events.contains(happening.event()) && queue.offer(happening)) {
            pump.wake();
        }
    }

    /** Waits up to two seconds until what has happened is sent; what is left then is dropped and counted. */
    @Override
    public void close() {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LAST_MILLIS);
        try {
            while (!pump.isIdle() && System.nanoTime() < end) {
                TimeUnit.MILLISECONDS.sleep(LAST_STEP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        meters.sent(WebhookMeters.Sent.STOPPED, queue.size() + pump.underWay());
        timer.shutdownNow();
        workers.shutdownNow();
    }
}
