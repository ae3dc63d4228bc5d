package im.testkit.net;

import im.testkit.net.TcpProxy.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
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

    private void pump(Socket from, Socket to, Direction direction) {
        BlockingQueue<Chunk> queue = new LinkedBlockingQueue<>(QUEUED_CHUNKS);
        TcpProxy.daemon("tcp-proxy-read-" + direction, () -> untilClosed(() -> read(from, queue)));
        TcpProxy.daemon("tcp-proxy-write-" + direction, () -> untilClosed(() -> write(to, queue, direction)));
    }

    private interface Pump {
        void run() throws IOException, InterruptedException;
    }

    private void untilClosed(Pump pump) {
        try {
            pump.run();
        } catch (IOException | InterruptedException e) {
            close();
        }
    }

    private static void read(Socket from, BlockingQueue<Chunk> queue) throws IOException, InterruptedException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[CHUNK];
        int count;
        while ((count = in.read(buffer)) >= 0) {
            queue.put(new Chunk(Arrays.copyOf(buffer, count), System.nanoTime()));
        }
        queue.put(new Chunk(new byte[0], System.nanoTime()));
    }

    private void write(Socket to, BlockingQueue<Chunk> queue, Direction direction)
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
            if (chunk.bytes.length == 0) {
                to.shutdownOutput();
                endIfBothEnded();
                return;
            }
            out.write(chunk.bytes);
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
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
