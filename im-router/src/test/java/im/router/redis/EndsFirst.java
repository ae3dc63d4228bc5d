package im.router.redis;

import im.servers.Address;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Stands before a Redis, and ends the first connection when it asks for INFO. */
final class EndsFirst implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final Address server;
    private final List<Socket> clients = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    EndsFirst(Address server) throws IOException {
        this.server = server;
        begin(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    int connections() {
        return clients.size();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void begin(Step step) {
        Thread thread = new Thread(
                () -> {
                    try {
                        step.run();
                    } catch (IOException e) {
                        // A socket that was closed; the other way of it ends too.
                    }
                },
                "ends-first");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = door.accept();
            Socket there = new Socket(server.host(), server.port());
            sockets.addAll(List.of(client, there));
            clients.add(client);
            boolean first = clients.size() == 1;
            begin(() -> forward(client, there, first));
            begin(() -> forward(there, client, false));
        }
    }

    private static void forward(Socket from, Socket to, boolean untilInfo) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[8_192];
            for (int read = in.read(bytes); read > 0; read = in.read(bytes)) {
                if (untilInfo && new String(bytes, 0, read, StandardCharsets.ISO_8859_1).contains("$4\r\nINFO")) {
                    return;
                }
                out.write(bytes, 0, read);
            }
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
