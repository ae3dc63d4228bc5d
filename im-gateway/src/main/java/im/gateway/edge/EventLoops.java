package im.gateway.edge;

import im.gateway.connection.ConnectionIds;
import im.gateway.connection.Loop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The event loops and their {@link Loop}s; made before sessions and listeners, closed after both. Any thread. */
public final class EventLoops implements AutoCloseable {
    private final Transport transport;
    private final EventLoopGroup group;
    private final List<Loop> loops;
    private final List<SingleThreadEventLoop> executors;

    private EventLoops(
            Transport transport, EventLoopGroup group, List<Loop> loops, List<SingleThreadEventLoop> executors) {
        this.transport = transport;
        this.group = group;
        this.loops = List.copyOf(loops);
        this.executors = List.copyOf(executors);
    }

    /**
     * @param threads 1 to {@link ConnectionIds#MAX_LOOPS}
     * @param heartbeat of the sessions; the wheels of the loops turn in a quarter of it
     */
    public static EventLoops open(Transport transport, int threads, Duration heartbeat) {
        if (threads < 1 || threads > ConnectionIds.MAX_LOOPS) {
            throw new IllegalArgumentException(
                    "event loops: " + threads + ", expected 1 to " + ConnectionIds.MAX_LOOPS);
        }
        var group = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("im-loop"), transport.ioHandlers());
        List<Loop> loops = new ArrayList<>();
        List<SingleThreadEventLoop> executors = new ArrayList<>();
        for (EventExecutor executor : group) {
            executors.add((SingleThreadEventLoop) executor);
            loops.add(new Loop(loops.size(), executor, heartbeat.toMillis() / 4, System::nanoTime));
        }
        return new EventLoops(transport, group, loops, executors);
    }

    /** By {@link Loop#index}. */
    public List<Loop> loops() {
        return loops;
    }

    Transport transport() {
        return transport;
    }

    EventLoopGroup group() {
        return group;
    }

    /** In the order of {@link #loops}. */
    List<SingleThreadEventLoop> executors() {
        return executors;
    }

    /** Closes every socket that is still open and waits up to five seconds for the threads to end. */
    @Override
    public void close() {
        var unused = group.shutdownGracefully(0, 3, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
