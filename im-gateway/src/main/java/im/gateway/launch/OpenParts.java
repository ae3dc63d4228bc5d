package im.gateway.launch;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been opened, to be closed in reverse; one that fails to close does not keep the others open. */
final class OpenParts {
    private static final Logger LOG = LoggerFactory.getLogger(OpenParts.class);

    private record Part(String name, AutoCloseable resource) {}

    private final Deque<Part> parts = new ArrayDeque<>();

    /** What opens parts and makes one thing of them. */
    interface Opening<T> {
        T open(OpenParts parts) throws IOException, CannotStart;
    }

    /** @throws CannotStart when one of them cannot be opened; then those opened before are closed again */
    static <T> T openAll(Opening<T> opening) throws CannotStart {
        OpenParts parts = new OpenParts();
        try {
            return opening.open(parts);
        } catch (IOException e) {
            parts.close();
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        } catch (CannotStart | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    /** @return the same resource */
    <T extends AutoCloseable> T add(String name, T resource) {
        parts.push(new Part(name, resource));
        return resource;
    }

    void close() {
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.resource().close();
            } catch (Exception e) {
                LOG.atError().addKeyValue("part", part.name()).setCause(e).log("cannot close");
            }
        }
    }
}
