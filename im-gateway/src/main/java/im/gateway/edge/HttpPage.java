package im.gateway.edge;

import java.net.InetAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one path of the public port answers, besides the WebSocket's. Called on an event loop: it may not block. */
@FunctionalInterface
public interface HttpPage {
    /** Bytes of body that a request may have. */
    int MAX_BODY_BYTES = 1024;

    /** A request of any method; refusing those that are not meant is the page's affair, and so is who may ask. */
    Answer answer(Request request);

    /**
     * @param query what follows the question mark, undecoded
     * @param host the Host header, of which there is exactly one
     * @param origin the Origin header; untrusted
     * @param peer the other end of the socket
     * @param body at most {@link #MAX_BODY_BYTES}
     */
    record Request(
            String method,
            String path,
            @Nullable String query,
            String host,
            @Nullable String origin,
            InetAddress peer,
            byte[] body) {}

    /** @param headers further ones, trusted; length and connection are set already */
    record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {
        public Answer(int status, String contentType, byte[] body) {
            this(status, contentType, body, Map.of());
        }
    }
}
