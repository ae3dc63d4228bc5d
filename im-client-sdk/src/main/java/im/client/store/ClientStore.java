package im.client.store;

import java.io.IOException;

/**
 * What one device keeps between the runs of its app. One client at a time uses a store; it makes one call at a time and
 * closes it at its end.
 *
 * <p><b>Own transactions.</b> An app that keeps messages in a database of its own can have each message exactly once:
 * its listener writes the message and its cursor in one transaction, {@link #load()} gives those cursors back, and
 * {@link #save} leaves alone what is already there: a cursor that does not rise changes nothing. When an update says
 * {@link StoreUpdate#cursorsVoid()} the app forgets its cursors too, before anything else of that update is kept; no
 * message of the new log is shown before {@code save} has returned. The rest can be left to another store:
 *
 * <pre>{@code
 * public StoredState load() throws IOException {
 *     return file.load().withCursors(database.cursors());
 * }
 *
 * public void save(StoreUpdate update) throws IOException {
 *     if (update.cursorsVoid()) {
 *         database.forgetCursors();
 *     }
 *     file.save(update);
 * }
 * }</pre>
 */
public interface ClientStore extends AutoCloseable {
    /**
     * What was kept; {@link StoredState#EMPTY} for a new device. Called once, first, by the thread that builds the client.
     *
     * @throws IOException if it cannot be read, or cannot be trusted; the client is not built then
     */
    StoredState load() throws IOException;

    /**
     * Keeps the changes, all or none, on top of those before. May block. When it has returned they must survive the end
     * of the process at any moment.
     *
     * @throws IOException if they were not kept; the client then ends as if it had been refused for good
     */
    void save(StoreUpdate update) throws IOException;

    /** Lets go of what it holds; the last call. */
    @Override
    void close() throws IOException;
}
