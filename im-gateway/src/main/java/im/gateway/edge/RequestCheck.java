package im.gateway.edge;

import static im.gateway.edge.HttpAnswer.refusal;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is wrong with the head of a request, strictest first; null where nothing is. */
final class RequestCheck {
    static final String WEBSOCKET_PATH = "/v1/ws";

    private static final int MAX_HEADERS = 64;
    private static final int KEY_LENGTH = 24;
    private static final int KEY_BYTES = 16;

    private RequestCheck() {}

    /** What could not be decoded. */
    static HttpPage.Answer undecodable(DecoderResult result) {
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            return refusal(414, "request line too long");
        } else if (cause instanceof TooLongHttpHeaderException) {
            return refusal(431, "headers too large");
        }
        return refusal(400, "not an HTTP request");
    }

    /** Any request. */
    static HttpPage.@Nullable Answer head(HttpRequest request) {
        HttpHeaders headers = request.headers();
        if (headers.size() > MAX_HEADERS) {
            return refusal(431, "more than " + MAX_HEADERS + " headers");
        } else if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return refusal(400, "HTTP/1.1 expected");
        }
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1 || hosts.get(0).isBlank()) {
            return refusal(400, "exactly one Host expected");
        } else if (headers.getAll(HttpHeaderNames.ORIGIN).size() > 1) {
            return refusal(400, "more than one Origin");
        } else if (!request.uri().startsWith("/")) {
            return refusal(400, "a path expected");
        }
        return null;
    }

    /** A request for the WebSocket, after {@link #head}. */
    static HttpPage.@Nullable Answer upgrade(HttpRequest request, EdgeConfig config) {
        HttpHeaders headers = request.headers();
        if (!request.method().equals(HttpMethod.GET)) {
            return refusal(405, "GET expected", Map.of("Allow", "GET"));
        } else if (HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0) {
            return refusal(400, "no body expected");
        } else if (!headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
            return refusal(426, "Upgrade: websocket expected", Map.of("Upgrade", "websocket"));
        } else if (!headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)) {
            return refusal(400, "Connection: Upgrade expected");
        } else if (!headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_VERSION).equals(List.of("13"))) {
            return refusal(426, "WebSocket version 13 expected", Map.of("Sec-WebSocket-Version", "13"));
        } else if (!isKey(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            return refusal(400, "Sec-WebSocket-Key of 16 bytes expected");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        String host = headers.get(HttpHeaderNames.HOST, "");
        if (origin != null && !config.allowsOrigin(origin, host)) {
            return refusal(403, "origin not allowed");
        } else if (Subprotocol.chosen(headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL)) == null) {
            return refusal(400, "subprotocol " + Subprotocol.tokens() + " expected");
        }
        return null;
    }

    private static boolean isKey(List<String> keys) {
        if (keys.size() != 1 || keys.get(0).length() != KEY_LENGTH) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(keys.get(0)).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
