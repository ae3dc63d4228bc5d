package im.testkit.net;

import im.testkit.net.TcpProxy.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** One connection through the proxy: a reader and a writer thread each way, the queue between them being the delay. */
final class Link {
    private static final int CHUNK = 16 * 1024;
    private static final int QUEUED_CHUNKS = 1024;

    private final TcpProxy proxy;
    private final Socket client;
    private final Socket server;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private final Set<Direction> lost = ConcurrentHashMap.newKeySet();

    /** An empty chunk is the end of the stream. */
    private record Chunk(byte[] bytes, long readAt) {}

    Link(TcpProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
    }

    void start() throws IOException {
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        pump(client, server, Direction.TO_SERVER);
        pump(server, client, Direction.TO_CLIENT);
    }

    boolean open() {
        return open.get();
    }

    /** From now on nothing arrives that way, not even the end; it cannot be undone, since bytes are missing. */
    void lose(Direction direction) {
        lost.add(direction);
    }

    private void pump(Socket from, Socket to, Direction direction) {
        BlockingQueue<Chunk> queue = new LinkedBlockingQueue<>(QUEUED_CHUNKS);
        Pace pace = new Pace(proxy);
        TcpProxy.daemon("tcp-proxy-read-" + direction, () -> untilEnded(direction, () -> read(from, queue, pace)));
        TcpProxy.daemon(
                "tcp-proxy-write-" + direction,
                () -> untilEnded(direction.other(), () -> write(to, queue, direction, pace)));
    }

    private interface Pump {
        void run() throws IOException, InterruptedException;
    }

    /** @param direction the way that the news of an end, which is what a failure is, has to take */
    private void untilEnded(Direction direction, Pump pump) {
        try {
            pump.run();
        } catch (IOException | InterruptedException e) {
            if (!lost.contains(direction)) {
                close();
            }
        }
    }

    private static void read(Socket from, BlockingQueue<Chunk> queue, Pace pace)
            throws IOException, InterruptedException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[CHUNK];
        int count;
        while ((count = in.read(buffer)) >= 0) {
            pace.enter(count);
            queue.put(new Chunk(Arrays.copyOf(buffer, count), System.nanoTime()));
        }
        queue.put(new Chunk(new byte[0], System.nanoTime()));
    }

    private void write(Socket to, BlockingQueue<Chunk> queue, Direction direction, Pace pace)
            throws IOException, InterruptedException {
        OutputStream out = to.getOutputStream();
        while (open.get()) {
            Chunk chunk = queue.take();
            long wait;
            while ((wait = chunk.readAt + proxy.delayNanos() - System.nanoTime()) > 0) {
                LockSupport.parkNanos(wait);
            }
            if (!proxy.mayPass(direction, this)) {
                return;
            }
            if (lost.contains(direction)) {
                proxy.swallowed(chunk.bytes.length);
                pace.leave(chunk.bytes.length);
                continue;
            }
            if (chunk.bytes.length == 0) {
                to.shutdownOutput();
                endIfBothEnded();
                return;
            }
            forward(chunk.bytes, out, pace);
            pace.leave(chunk.bytes.length);
        }
    }

    private void forward(byte[] bytes, OutputStream out, Pace pace) throws IOException {
        int done = 0;
        while (done < bytes.length && open.get()) {
            int count = pace.next(bytes.length - done);
            out.write(bytes, done, count);
            done += count;
        }
    }

    private void endIfBothEnded() {
        if (client.isOutputShutdown() && server.isOutputShutdown()) {
            close();
        }
    }

    /** Resets both ends. */
    void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        proxy.gone(this);
        reset(client);
        reset(server);
    }

    private static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // It was never connected, or has ended: there is nothing to reset.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
