package im.gateway.connection;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One event loop and what it owns: its connections, its clock, its tick wheel. The wheel has no entries: each tick
 * visits the slots of one bucket, so a connection costs it nothing and is visited once a turn of the wheel. As an
 * {@link Executor} it is the lane on which all results for its connections run. Event loop only, except
 * {@link #execute}, {@link #index} and {@link #connections}.
 */
public final class Loop implements Executor {
    /** A connection's outbound queue is short again at this many bytes. */
    public static final int LOW_WATER_BYTES = 32 * 1024;
    /** A connection's outbound queue never holds more than this, control frames of a few dozen bytes apart. */
    public static final int MAX_OUTBOUND_BYTES = 256 * 1024;

    private static final int BUCKETS = 32;

    private final int index;
    private final ScheduledExecutorService executor;
    private final LongSupplier nanoClock;
    private final LoopRegistry registry;
    private final FailureLog failures = new FailureLog();
    private final AtomicLong connections = new AtomicLong();
    private final long outboundBudget;
    private final ArrayDeque<Runnable> nextTick = new ArrayDeque<>();
    private final long turnMillis;
    private long outboundBytes;
    private long tickedMillis;
    private long nowMillis;
    private int bucket;

    /**
     * @param executor the event loop
     * @param turnMillis how long the wheel takes to come round: a quarter of a heartbeat
     * @param nanoClock monotonic nanoseconds, {@link System#nanoTime}
     * @param outboundBudget bytes that all its connections together may have in their outbound queues
     */
    public Loop(
            int index,
            ScheduledExecutorService executor,
            long turnMillis,
            LongSupplier nanoClock,
            long outboundBudget) {
        if (index < 0 || index >= ConnectionIds.MAX_LOOPS) {
            throw new IllegalArgumentException("loop index " + index);
        }
        this.index = index;
        this.executor = executor;
        this.nanoClock = nanoClock;
        this.outboundBudget = outboundBudget;
        this.registry = new LoopRegistry(index);
        this.turnMillis = Math.max(1, turnMillis);
        this.tickedMillis = millis();
        this.nowMillis = tickedMillis;
        long tickMillis = Math.max(1, turnMillis / BUCKETS);
        var unused = executor.scheduleWithFixedDelay(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    }

    public int index() {
        return index;
    }

    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    /** Runs a task on this loop after a delay. For the few things that are not the wheel's: a forced close. */
    public void schedule(Runnable task, long delayMillis) {
        var unused = executor.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    }

    /**
     * Runs a task behind everything that the loop has to do now, its sockets included. What goes on by {@link #execute}
     * instead does so before any socket is read or flushed, for up to a second.
     */
    public void atNextTurn(Runnable task) {
        var unused = executor.schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    /**
     * Monotonic milliseconds in which this loop ran, read once a tick: good for time-outs, too coarse for measuring. A
     * longer stand-still, be it of the loop or of the whole process, counts for a turn of the wheel and no more: what
     * arrived meanwhile has not been read, so silence says nothing about a peer.
     */
    public long nowMillis() {
        return nowMillis;
    }

    /** A connection's outbound queue has grown, or shrunk, by so many bytes. */
    public void outboundChanged(long bytes) {
        outboundBytes += bytes;
    }

    /**
     * Whether a connection may queue more: within its own bound, and within an eighth of what the loop has left. So the
     * fuller the loop, the shorter the queue that is too long, the longest queues stop first, and nobody ever adds above
     * the budget (D35).
     *
     * @param pending bytes that the connection has queued
     */
    public boolean hasOutboundRoom(long pending, int more) {
        long share = (outboundBudget - outboundBytes) / 8;
        return pending + more <= Math.min(MAX_OUTBOUND_BYTES, share);
    }

    /** For who found no room: nothing tells when another connection's queue has become shorter. */
    public void atNextTick(Runnable task) {
        nextTick.add(task);
    }

    /** A new connection's id; 0 when this loop can hold no more. */
    public long reserve() {
        long id = registry.reserve();
        if (id != 0) {
            connections.incrementAndGet();
        }
        return id;
    }

    public void attach(long id, ConnectionListener listener) {
        registry.set(id, listener);
    }

    /** Who listens to that connection; null when it is gone. */
    public @Nullable ConnectionListener find(long id) {
        return registry.get(id);
    }

    public void release(long id) {
        int before = registry.size();
        registry.release(id);
        if (registry.size() < before) {
            connections.decrementAndGet();
        }
    }

    /** How many connections there are; any thread. */
    public long connections() {
        return connections.get();
    }

    public void forEach(Consumer<ConnectionListener> visitor) {
        registry.visit(0, 1, visitor);
    }

    private void tick() {
        long millis = millis();
        nowMillis += Math.min(millis - tickedMillis, turnMillis);
        tickedMillis = millis;
        registry.visit(bucket, BUCKETS, this::tick);
        bucket = (bucket + 1) % BUCKETS;
        for (int i = nextTick.size(); i > 0; i--) {
            run(nextTick.remove());
        }
    }

    /** One that fails must not stop the wheel. */
    private void tick(ConnectionListener listener) {
        try {
            listener.onTick();
        } catch (RuntimeException e) {
            failures.report("tick", e);
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            failures.report("room", e);
        }
    }

    private long millis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong());
    }
}
