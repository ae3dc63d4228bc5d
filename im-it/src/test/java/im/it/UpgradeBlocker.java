package im.it;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What stands in a network that lets plain HTTP pass, and a WebSocket only when it is told to. */
final class UpgradeBlocker implements Closeable {
    /** What becomes of a WebSocket. */
    enum Upgrades {
        REFUSED,
        /** It opens, and nothing passes in either direction. */
        SWALLOWED,
        PASS
    }

    private static final String END = "\r\n\r\n";

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger swallowed = new AtomicInteger();
    private final AtomicInteger passed = new AtomicInteger();
    private volatile Upgrades upgrades = Upgrades.REFUSED;

    UpgradeBlocker(URI ws) throws IOException {
        target = new InetSocketAddress(ws.getHost(), ws.getPort());
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    URI ws() {
        return URI.create("ws://127.0.0.1:" + listener.getLocalPort() + "/v1/ws");
    }

    void upgrades(Upgrades become) {
        upgrades = become;
    }

    /** Upgrades that were refused. */
    int refused() {
        return refused.get();
    }

    /** WebSockets that opened and heard nothing. */
    int swallowed() {
        return swallowed.get();
    }

    /** Upgrades that were let through. */
    int passed() {
        return passed.get();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "upgrade-blocker");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                start(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket()) {
            String head = head(client.getInputStream());
            Upgrades become = upgrades;
            boolean upgrade = head.toLowerCase(Locale.ROOT).contains("upgrade: websocket");
            if (upgrade) {
                if (become == Upgrades.REFUSED) {
                    refused.incrementAndGet();
                    client.getOutputStream()
                            .write("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    return;
                }
                (become == Upgrades.PASS ? passed : swallowed).incrementAndGet();
            }
            server.connect(target);
            sockets.add(server);
            server.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            if (upgrade && become == Upgrades.SWALLOWED) {
                String answer = head(server.getInputStream());
                client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                client.getInputStream().transferTo(OutputStream.nullOutputStream());
                return;
            }
            start(() -> pass(server, client));
            pass(client, server);
        } catch (IOException e) {
            // One of the two is gone, and so is the other.
        }
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith(END)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended within a head");
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            OutputStream out = to.getOutputStream();
            byte[] chunk = new byte[16 * 1024];
            int count;
            while ((count = from.getInputStream().read(chunk)) >= 0) {
                out.write(chunk, 0, count);
            }
        } catch (IOException e) {
            // The other direction ends with it.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
