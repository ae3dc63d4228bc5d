package im.gateway.webhook;

import im.gateway.webhook.EventQueue.Entry;
import im.gateway.webhook.WebhookMeters.Sent;
import im.router.StageFailure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends what is in the queue, one request of many events at a time, so that they arrive in order. A request that fails is
 * tried again, later each time; while the circuit is open it waits, which counts as no try. On the timer's thread.
 */
final class EventPump {
    private static final Logger LOG = LoggerFactory.getLogger(EventPump.class);
    private static final int BATCH_EVENTS = 100;
    private static final long BATCH_BYTES = 512 * 1024;
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 30_000;
    private static final long CIRCUIT_PAUSE_MILLIS = 500;

    private final EventQueue queue;
    private final Receiver receiver;
    private final String node;
    private final Duration timeout;
    private final int retries;
    private final ScheduledExecutorService timer;
    private final RandomGenerator random;
    private final WebhookMeters meters;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile int underWay;

    EventPump(
            EventQueue queue,
            Receiver receiver,
            String node,
            Duration timeout,
            int retries,
            ScheduledExecutorService timer,
            RandomGenerator random,
            WebhookMeters meters) {
        this.queue = queue;
        this.receiver = receiver;
        this.node = node;
        this.timeout = timeout;
        this.retries = retries;
        this.timer = timer;
        this.random = random;
        this.meters = meters;
    }

    /** There is something in the queue. Any thread. */
    void wake() {
        if (running.compareAndSet(false, true)) {
            later(this::next, 0);
        }
    }

    boolean isIdle() {
        return !running.get() && queue.size() == 0;
    }

    /** Events of the request that is under way, or waits to be tried again. */
    int underWay() {
        return underWay;
    }

    private void next() {
        List<Entry> batch = queue.take(BATCH_EVENTS, BATCH_BYTES);
        underWay = batch.size();
        if (!batch.isEmpty()) {
            send(batch, EventJson.body(node, batch.stream().map(EventPump::json).toList()), 0);
            return;
        }
        running.set(false);
        if (queue.size() > 0) {
            wake();
        }
    }

    private static ObjectNode json(Entry entry) {
        ObjectNode event = EventJson.event(entry.id(), entry.happening().event(), entry.timeMs());
        EventJson.put(event, entry.happening());
        return event;
    }

    private void send(List<Entry> batch, byte[] body, int tried) {
        receiver.post("events", body, timeout).whenComplete((answer, failure) -> {
            if (failure == null) {
                underWay = 0;
                meters.sent(Sent.TAKEN, batch.size());
                later(this::next, 0);
            } else if (StageFailure.cause(failure) instanceof Receiver.NotAsked) {
                later(() -> send(batch, body, tried), CIRCUIT_PAUSE_MILLIS);
            } else if (tried < retries) {
                meters.retried();
                later(() -> send(batch, body, tried + 1), pause(tried));
            } else {
                underWay = 0;
                meters.sent(Sent.FAILED, batch.size());
                LOG.atWarn()
                        .addKeyValue("events", batch.size())
                        .addKeyValue("cause", StageFailure.cause(failure).getMessage())
                        .log("the receiver of webhooks does not take events, they are dropped");
                later(this::next, 0);
            }
        });
    }

    private long pause(int tried) {
        long most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(tried, 16));
        return most / 2 + random.nextLong(most / 2 + 1);
    }

    private void later(Runnable task, long millis) {
        try {
            var unused = timer.schedule(task, millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("webhooks have stopped");
        }
    }
}
