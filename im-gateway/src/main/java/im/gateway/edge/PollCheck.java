package im.gateway.edge;

import static im.gateway.edge.HttpAnswer.refusal;

import im.gateway.edge.PollRequest.Asked;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The head of a poll: what is wrong with it, and what it says. */
final class PollCheck {
    static final String PATH = "/v1/poll";
    static final String SESSION = "Im-Session";
    static final String REQUEST = "Im-Request";
    static final String ANSWER = "Im-Answer";
    static final String WAIT = "Im-Wait";

    /** Digits of a number, which stays within a double. */
    private static final int MAX_DIGITS = 15;

    private static final Map<String, String> ALLOW = Map.of("Allow", "POST, OPTIONS");

    private PollCheck() {}

    /** After {@link RequestCheck#head}; null where nothing is wrong. */
    static HttpPage.@Nullable Answer refusalOf(HttpRequest request, EdgeConfig config) {
        HttpHeaders headers = request.headers();
        if (!isPoll(request) && !isPreflight(request)) {
            return refusal(405, "POST expected", ALLOW);
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        if (origin != null && !config.allowsOrigin(origin, headers.get(HttpHeaderNames.HOST, ""))) {
            return refusal(403, "origin not allowed");
        } else if (isPreflight(request)) {
            return hasBody(request) ? refusal(400, "no body expected") : null;
        } else if (format(request) == null) {
            return refusal(415, "Content-Type " + PollFormat.contentTypes() + " expected", shared(request));
        } else if (HttpUtil.getContentLength(request, 0L) > maxBody(request)) {
            return tooLarge(request);
        }
        for (String name : List.of(SESSION, REQUEST, ANSWER, WAIT)) {
            if (headers.getAll(name).size() > 1) {
                return refusal(400, "more than one " + name, shared(request));
            }
        }
        boolean numbers =
                number(request, REQUEST, 0) >= 0 && number(request, ANSWER, 0) >= 0 && number(request, WAIT, 0) >= 0;
        return numbers
                ? null
                : refusal(400, REQUEST + ", " + ANSWER + " or " + WAIT + " is no number", shared(request));
    }

    /** Instead of a session there is a Close; one that exists goes on. */
    static HttpPage.Answer tooLarge(HttpRequest request) {
        PollFormat format = format(request);
        String why = "body of more than " + maxBody(request) + " bytes";
        if (format == null || !session(request).isEmpty()) {
            return refusal(413, why, shared(request));
        }
        Close close = Close.newBuilder()
                .setCode(CloseReason.TOO_LARGE.code())
                .setText(why)
                .setReconnect(CloseReason.TOO_LARGE.reconnect())
                .build();
        byte[] frame =
                PollAnswer.encoded(format, Frame.newBuilder().setClose(close).build());
        return new HttpPage.Answer(413, format.contentType, frame, shared(request));
    }

    private static boolean hasBody(HttpRequest request) {
        return HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0;
    }

    static boolean isPoll(HttpRequest request) {
        return request.method().equals(HttpMethod.POST);
    }

    private static boolean isPreflight(HttpRequest request) {
        return request.method().equals(HttpMethod.OPTIONS);
    }

    private static @Nullable PollFormat format(HttpRequest request) {
        List<String> types = request.headers().getAll(HttpHeaderNames.CONTENT_TYPE);
        return types.size() == 1 ? PollFormat.named(types.get(0)) : null;
    }

    /** Bytes of body that it may have; with no session it carries a Hello. */
    static int maxBody(HttpRequest request) {
        return session(request).isEmpty() ? Limits.HANDSHAKE_BYTES : Limits.POLL_BYTES;
    }

    /** Empty where it names none. */
    static String session(HttpRequest request) {
        return request.headers().get(SESSION, "");
    }

    /** What a request that was not refused asks. */
    static Asked asked(HttpRequest request) {
        return new Asked(
                Objects.requireNonNull(format(request), "refused before"),
                session(request),
                number(request, REQUEST, 0),
                number(request, ANSWER, 0),
                number(request, WAIT, Long.MAX_VALUE));
    }

    /** -1 where it is no number. */
    private static long number(HttpRequest request, String name, long otherwise) {
        String text = request.headers().get(name);
        if (text == null) {
            return otherwise;
        } else if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(text);
    }

    /** What lets a page of an allowed origin read the answer. */
    static Map<String, String> shared(HttpRequest request) {
        return shared(request.headers().get(HttpHeaderNames.ORIGIN));
    }

    static Map<String, String> shared(@Nullable String origin) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        if (origin != null) {
            headers.put("Access-Control-Allow-Origin", origin);
            headers.put("Access-Control-Expose-Headers", String.join(", ", SESSION, REQUEST, ANSWER, "Retry-After"));
            headers.put("Vary", "Origin");
        }
        return headers;
    }

    /** What lets a page of an allowed origin ask. */
    static HttpPage.Answer preflight(HttpRequest request) {
        Map<String, String> headers = shared(request);
        headers.put("Access-Control-Allow-Methods", "POST");
        headers.put("Access-Control-Allow-Headers", String.join(", ", "Content-Type", SESSION, REQUEST, ANSWER, WAIT));
        headers.put("Access-Control-Max-Age", "7200");
        headers.putAll(ALLOW);
        return new HttpPage.Answer(204, "text/plain", new byte[0], headers);
    }
}
