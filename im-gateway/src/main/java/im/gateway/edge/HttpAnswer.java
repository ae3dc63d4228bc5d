package im.gateway.edge;

import im.protocol.codec.WebSocketCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Whole HTTP/1.1 answers as bytes. */
final class HttpAnswer {
    private HttpAnswer() {}

    private static final int NO_CONTENT = 204;

    /** The last one on its connection. */
    static ByteBuf encode(HttpPage.Answer answer, ByteBufAllocator alloc) {
        return encode(answer, "Connection: close\r\n", alloc);
    }

    /** One that others may follow on its connection. */
    static ByteBuf encodeKept(HttpPage.Answer answer, ByteBufAllocator alloc) {
        return encode(answer, "", alloc);
    }

    private static ByteBuf encode(HttpPage.Answer answer, String connection, ByteBufAllocator alloc) {
        StringBuilder head = new StringBuilder(256)
                .append("HTTP/1.1 ")
                .append(HttpResponseStatus.valueOf(answer.status()))
                .append("\r\n")
                .append(connection);
        if (answer.status() != NO_CONTENT) {
            head.append("Content-Type: ")
                    .append(answer.contentType())
                    .append("\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ")
                    .append(answer.body().length)
                    .append("\r\n");
        }
        for (Map.Entry<String, String> header : answer.headers().entrySet()) {
            head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        return alloc.buffer(bytes.length + answer.body().length)
                .writeBytes(bytes)
                .writeBytes(answer.body());
    }

    /** 100: the body may come. */
    static ByteBuf encodeContinue(ByteBufAllocator alloc) {
        byte[] bytes = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        return alloc.buffer(bytes.length).writeBytes(bytes);
    }

    /** 101, after which both sides speak WebSocket. */
    static ByteBuf encodeUpgrade(String key, String subprotocol, ByteBufAllocator alloc) {
        String head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: " + WebSocketCodec.acceptKey(key) + "\r\n"
                + "Sec-WebSocket-Protocol: " + subprotocol + "\r\n\r\n";
        byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);
        return alloc.buffer(bytes.length).writeBytes(bytes);
    }

    static HttpPage.Answer refusal(int status, String why) {
        return refusal(status, why, Map.of());
    }

    static HttpPage.Answer refusal(int status, String why, Map<String, String> headers) {
        byte[] text = (why + "\n").getBytes(StandardCharsets.UTF_8);
        return new HttpPage.Answer(status, "text/plain; charset=utf-8", text, headers);
    }
}
