package im.examples;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;

import im.client.ImClient;
import im.client.ReceivedMessage;
import im.client.store.ClientStore;
import im.client.store.FileStore;
import im.client.store.StoreUpdate;
import im.client.store.StoredState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Has each message exactly once, whatever crashes: message and cursor are committed together. The database here is a file
 * to which a transaction adds a line; yours would write two tables. Everything else is left to the client's own store.
 */
public final class OwnTransaction implements ClientStore {
    private final Path database;
    private final ClientStore rest;

    private OwnTransaction(Path folder) throws IOException {
        rest = FileStore.open(folder.resolve("client"));
        database = folder.resolve("messages.txt");
    }

    /** The transaction: peer and position are the cursor, the line as a whole is the message. */
    private void onMessage(ReceivedMessage message) {
        commit(message.conversationPeer() + " " + message.position() + " " + oneLine(message.text()) + "\n");
    }

    /** What others write must not look like a line of ours. */
    private static String oneLine(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    private void commit(String line) {
        try {
            Files.writeString(database, line, CREATE, APPEND);
        } catch (IOException e) {
            // Thrown to the client it would count as taken: nothing behind it may be before it is.
            System.err.println("the database takes no more: " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    /** How far the app is, by its own book. */
    @Override
    public StoredState load() throws IOException {
        Map<String, Long> cursors = new HashMap<>();
        for (String line : Files.exists(database) ? Files.readAllLines(database) : List.<String>of()) {
            String[] words = line.split(" ", 3);
            if (words.length == 3) {
                cursors.put(words[0], Long.parseLong(words[1]));
            } else {
                cursors.clear();
            }
        }
        return rest.load().withCursors(cursors);
    }

    @Override
    public void save(StoreUpdate update) throws IOException {
        if (update.cursorsVoid()) {
            commit("another-log\n");
        }
        rest.save(update);
    }

    @Override
    public void close() throws IOException {
        rest.close();
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        OwnTransaction store = new OwnTransaction(Path.of(args[2]));
        try (ImClient client = ImClient.builder()
                .endpoint(URI.create(args[0]))
                .token(args[1])
                .store(store)
                .messageListener(store::onMessage)
                .build()) {
            client.blocking().connect();
            System.out.println("ready");
            Thread.currentThread().join();
        }
    }
}
