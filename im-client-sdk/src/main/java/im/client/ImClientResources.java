package im.client;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.net.http.HttpClient;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The threads that clients share: event loops (epoll where the machine has it, else NIO) and as many threads for
 * callbacks, for stores if a client has one, and for host names while one is looked up; one more if a client asks a
 * dispatcher. However many clients share them, there are no others. Whoever creates them closes them, after the clients.
 */
public final class ImClientResources implements AutoCloseable {
    private static final long KEEP_ALIVE_SECONDS = 10;

    private final EventLoopGroup loops;
    private final ThreadPoolExecutor callbacks;
    private final ThreadPoolExecutor stores;
    private final ThreadPoolExecutor resolvers;
    private final boolean epoll;
    private @Nullable HttpClient http;

    private ImClientResources(int threads) {
        epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        loops = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("im-client", true), io);
        callbacks = pool(threads, "im-client-callback");
        stores = pool(threads, "im-client-store");
        resolvers = pool(threads, "im-client-resolver");
    }

    private static ThreadPoolExecutor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(name, true));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * @param threads event loops, and at most as many callback threads; 1 or more
     */
    public static ImClientResources create(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads + ", expected 1 or more");
        }
        return new ImClientResources(threads);
    }

    EventLoop nextLoop() {
        return loops.next();
    }

    boolean epoll() {
        return epoll;
    }

    /** Bounded by the clients: each has at most one task here at a time. */
    Executor callbacks() {
        return callbacks;
    }

    /** For calls of stores, which may block; bounded as the callbacks are. */
    Executor stores() {
        return stores;
    }

    /** For host names, whose look-up may block; a listener that waits for a connection must not hold it up. */
    Executor resolvers() {
        return resolvers;
    }

    /**
     * For dispatchers; made when the first client asks one, and has one thread more for all of them, which goes when
     * the resources are garbage.
     */
    synchronized HttpClient http() {
        HttpClient made = http;
        if (made == null) {
            made = HttpClient.newBuilder()
                    .executor(resolvers)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
            http = made;
        }
        return made;
    }

    /** Ends the threads without waiting for them; tasks of a client that is still open are lost. */
    Future<?> release() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        callbacks.shutdown();
        stores.shutdown();
        resolvers.shutdown();
        return loops.terminationFuture();
    }

    /** Ends the threads and waits for them, at most 10 s; on one of its own event loops it does not wait. */
    @Override
    public void close() {
        release();
        if (onOwnLoop()) {
            return;
        }
        loops.terminationFuture().awaitUninterruptibly(10, TimeUnit.SECONDS);
    }

    private boolean onOwnLoop() {
        for (var loop : loops) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }
}
