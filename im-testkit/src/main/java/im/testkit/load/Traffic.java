package im.testkit.load;

import im.client.Conversation;
import im.client.SendOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Apps that write to one another at a steady rate, on a thread of its own, whatever else happens: what a fault meets.
 * Apps that take part are not restarted meanwhile. Where the stage has groups, every other message goes into one. An app
 * with many sends under way sends no more until some are settled. All else by one thread.
 */
public final class Traffic implements AutoCloseable {
    private static final int MAX_UNSETTLED = 100;

    private final List<App> apps;
    private final Random random;
    private final long periodNanos;
    private final int payloadBytes;
    private final List<String> groups;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong accepted = new AtomicLong();
    private final Repeated sending;
    private long next;

    /** @param apps each of them sends, and is sent to */
    public Traffic(Stage stage, List<App> apps, int perSecond, int payloadBytes) {
        this.apps = List.copyOf(apps);
        this.groups = List.copyOf(stage.groups());
        this.random = new Random(stage.seed());
        this.periodNanos = Duration.ofSeconds(1).toNanos() / perSecond;
        this.payloadBytes = payloadBytes;
        this.next = System.nanoTime();
        this.sending = Repeated.begin("traffic", this::one);
    }

    private long one() {
        App sender = apps.get(random.nextInt(apps.size()));
        App receiver = apps.get(random.nextInt(apps.size()));
        if (sender.client().unsettled() < MAX_UNSETTLED) {
            send(sender, conversation(receiver.uid()));
        }
        next = Math.max(next + periodNanos, System.nanoTime() - periodNanos);
        return next - System.nanoTime();
    }

    private Conversation conversation(String uid) {
        return groups.isEmpty() || random.nextBoolean()
                ? Conversation.peer(uid)
                : Conversation.group(groups.get(random.nextInt(groups.size())));
    }

    private void send(App sender, Conversation conversation) {
        byte[] payload = new byte[payloadBytes];
        random.nextBytes(payload);
        sent.incrementAndGet();
        var unused = sender.send(conversation, payload).thenAccept(outcome -> {
            if (outcome instanceof SendOutcome.Accepted) {
                accepted.incrementAndGet();
            }
        });
    }

    /** Messages sent up to now: a server that accepts nothing from now on has accepted no more than these. */
    public long sent() {
        return sent.get();
    }

    /** Messages accepted up to now. */
    public long accepted() {
        return accepted.get();
    }

    /** Waits until so many more than now are accepted. */
    public void awaitMore(int messages) {
        awaitTotal(accepted.get() + messages);
    }

    /** Waits until so many are accepted in all, however long that takes while some are. */
    public void awaitTotal(long messages) {
        long seen;
        while ((seen = accepted.get()) < messages) {
            long before = seen;
            Stage.await(
                    () -> sending.hasFailed() || accepted.get() > before,
                    "more than " + before + " of " + messages + " messages accepted");
            sending.check();
        }
    }

    /** Sends no more. */
    public void stop() {
        sending.stop();
    }

    @Override
    public void close() {
        sending.close();
    }
}
