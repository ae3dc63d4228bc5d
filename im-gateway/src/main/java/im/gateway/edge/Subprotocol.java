package im.gateway.edge;

import im.protocol.codec.BinaryWire;
import im.protocol.codec.WebSocketCodec.Accepts;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is spoken on a WebSocket. */
enum Subprotocol {
    PROTO("im.v1.proto", BinaryWire.WEBSOCKET_SERVER, Accepts.BINARY),
    JSON("im.v1.json", JsonWire.SERVER, Accepts.TEXT);

    final String token;
    final Wire wire;
    final Accepts accepts;

    Subprotocol(String token, Wire wire, Accepts accepts) {
        this.token = token;
        this.wire = wire;
        this.accepts = accepts;
    }

    /** The first offer that is spoken here: the client has put them in the order it likes them. */
    static @Nullable Subprotocol chosen(List<String> offers) {
        return offers.stream()
                .flatMap(line -> Arrays.stream(line.split(",")))
                .map(token -> named(token.trim()))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Subprotocol named(String token) {
        for (Subprotocol subprotocol : values()) {
            if (subprotocol.token.equals(token)) {
                return subprotocol;
            }
        }
        return null;
    }

    /** All of them, for people. */
    static String tokens() {
        return Arrays.stream(values()).map(s -> s.token).collect(Collectors.joining(" or "));
    }
}
