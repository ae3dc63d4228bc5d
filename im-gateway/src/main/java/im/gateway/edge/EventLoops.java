package im.gateway.edge;

import static java.util.concurrent.TimeUnit.SECONDS;

import im.gateway.connection.ConnectionIds;
import im.gateway.connection.Loop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The event loops and their {@link Loop}s; made before sessions and listeners, closed after both. Any thread. */
public final class EventLoops implements AutoCloseable {
    private static final int CLOSE_SECONDS = 5;

    private final Transport transport;
    private final EventLoopGroup group;
    private final List<Loop> loops;
    private final List<SingleThreadEventLoop> executors;
    private final List<IoHandler> ioHandlers;

    private EventLoops(
            Transport transport,
            EventLoopGroup group,
            List<Loop> loops,
            List<SingleThreadEventLoop> executors,
            List<IoHandler> ioHandlers) {
        this.transport = transport;
        this.group = group;
        this.loops = List.copyOf(loops);
        this.executors = List.copyOf(executors);
        this.ioHandlers = List.copyOf(ioHandlers);
    }

    /**
     * @param threads 1 to {@link ConnectionIds#MAX_LOOPS}
     * @param heartbeat of the sessions; the wheels of the loops turn in a quarter of it
     * @param outboundBytes that may wait on each loop
     */
    public static EventLoops open(Transport transport, int threads, Duration heartbeat, long outboundBytes) {
        if (threads < 1 || threads > ConnectionIds.MAX_LOOPS) {
            throw new IllegalArgumentException(
                    "event loops: " + threads + ", expected 1 to " + ConnectionIds.MAX_LOOPS);
        }
        List<IoHandler> ioHandlers = new ArrayList<>();
        var group = new MultiThreadIoEventLoopGroup(
                threads, new DefaultThreadFactory("im-loop"), remembering(transport.ioHandlers(), ioHandlers));
        List<Loop> loops = new ArrayList<>();
        List<SingleThreadEventLoop> executors = new ArrayList<>();
        for (EventExecutor executor : group) {
            executors.add((SingleThreadEventLoop) executor);
            loops.add(new Loop(loops.size(), executor, heartbeat.toMillis() / 4, System::nanoTime, outboundBytes));
        }
        return new EventLoops(transport, group, loops, executors, ioHandlers);
    }

    private static IoHandlerFactory remembering(IoHandlerFactory factory, List<IoHandler> made) {
        return executor -> {
            IoHandler handler = factory.newHandler(executor);
            made.add(handler);
            return handler;
        };
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

    /**
     * Closes every socket that is still open and waits up to five seconds for the threads to end. The sockets first:
     * a loop that is told to end just after it has looked whether it should would leave them open.
     */
    @Override
    public void close() {
        for (int i = 0; i < executors.size(); i++) {
            IoHandler ioHandler = ioHandlers.get(i);
            if (!executors.get(i).isShuttingDown()) {
                executors.get(i).submit(ioHandler::prepareToDestroy).awaitUninterruptibly(CLOSE_SECONDS, SECONDS);
            }
        }
        var unused = group.shutdownGracefully(0, CLOSE_SECONDS, SECONDS).awaitUninterruptibly(CLOSE_SECONDS, SECONDS);
    }
}
