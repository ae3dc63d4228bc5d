package im.client.internal.transport;

import im.protocol.codec.WebSocketCodec;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Asks for the WebSocket upgrade and checks the answer in full (RFC 6455, 4.1); then puts the frame handler in its
 * place and takes the HTTP codec out of the pipeline.
 */
final class UpgradeHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final int MAX_LINE = 4 * 1024;
    private static final int MAX_HEADERS = 8 * 1024;
    private static final long MAX_RETRY_AFTER_SECONDS = 3_600;

    private final SocketLink link;
    private final Endpoint endpoint;
    private final String key;
    private boolean agreed;

    UpgradeHandler(SocketLink link, Endpoint endpoint) {
        this.link = link;
        this.endpoint = endpoint;
        byte[] nonce = new byte[16];
        ThreadLocalRandom.current().nextBytes(nonce);
        this.key = Base64.getEncoder().encodeToString(nonce);
    }

    static HttpClientCodec httpCodec() {
        return new HttpClientCodec(MAX_LINE, MAX_HEADERS, MAX_HEADERS);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, endpoint.path());
        request.headers()
                .set(HttpHeaderNames.HOST, endpoint.authority())
                .set(HttpHeaderNames.UPGRADE, "websocket")
                .set(HttpHeaderNames.CONNECTION, "Upgrade")
                .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key)
                .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13")
                .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, endpoint.subprotocol());
        ctx.writeAndFlush(request);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (message instanceof HttpResponse response) {
            answered(response);
        }
        if (message instanceof LastHttpContent && agreed) {
            upgraded(ctx);
        }
    }

    private void answered(HttpResponse response) {
        String wrong = wrongIn(response);
        if (wrong == null) {
            agreed = true;
        } else {
            long retryAfter = retryAfterMillis(response.headers().get(HttpHeaderNames.RETRY_AFTER));
            link.abort(new LinkEnd(0, "no WebSocket: " + wrong, retryAfter));
        }
    }

    private void upgraded(ChannelHandlerContext ctx) {
        ctx.pipeline().replace(this, null, new WebSocketFrameHandler(link, endpoint.json()));
        ctx.pipeline().remove(HttpClientCodec.class);
        link.opened();
    }

    private @Nullable String wrongIn(HttpResponse response) {
        HttpHeaders headers = response.headers();
        if (response.decoderResult().isFailure()) {
            return "the answer is not HTTP";
        }
        if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            return "HTTP status " + response.status().code();
        }
        if (!headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
                || !headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
            return "101 without the upgrade";
        }
        if (!isOnly(WebSocketCodec.acceptKey(key), headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))) {
            return "wrong Sec-WebSocket-Accept";
        }
        if (!isOnly(endpoint.subprotocol(), headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL))) {
            return "subprotocol other than " + endpoint.subprotocol();
        }
        return headers.contains(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS) ? "extension not asked for" : null;
    }

    private static boolean isOnly(String expected, List<String> values) {
        return values.size() == 1 && values.get(0).trim().equals(expected);
    }

    static long retryAfterMillis(@Nullable String seconds) {
        if (seconds == null || seconds.isEmpty() || seconds.length() > 6) {
            return 0;
        }
        for (int i = 0; i < seconds.length(); i++) {
            if (seconds.charAt(i) < '0' || seconds.charAt(i) > '9') {
                return 0;
            }
        }
        return Math.min(Long.parseLong(seconds), MAX_RETRY_AFTER_SECONDS) * 1_000;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        link.failed(cause);
    }
}
