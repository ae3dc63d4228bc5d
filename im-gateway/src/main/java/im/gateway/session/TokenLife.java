package im.gateway.session;

import im.gateway.auth.TokenVerifier;
import im.gateway.auth.TokenVerifier.Verdict;
import im.gateway.service.SessionServices;
import im.protocol.v1.Code;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.Renewed;

/** How long a live connection's token lasts, when the client is told of its end, and how it is renewed. Event loop only. */
final class TokenLife {
    static final int NOTICE_MILLIS = 60_000;
    static final int RENEW_MILLIS = 1_000;

    private final SessionServices services;
    private final String uid;
    private final int heartbeatMs;
    private long expiresMs;
    /** How long before the end the client is told; 0 once it was. */
    private int noticeMs;

    private long renewedMillis = Long.MIN_VALUE;

    TokenLife(SessionServices services, String uid, long expiresMs, int heartbeatMs) {
        this.services = services;
        this.uid = uid;
        this.heartbeatMs = heartbeatMs;
        expireAt(expiresMs);
    }

    /** The notice comes a minute or two heartbeats before, but not in the first half of a short life. */
    private void expireAt(long ms) {
        expiresMs = ms;
        long half = Math.max(0, leftMs()) / 2;
        noticeMs = (int) Math.min(half, Math.max(NOTICE_MILLIS, 2L * heartbeatMs));
    }

    long leftMs() {
        return expiresMs - services.clock().millis();
    }

    /** True once, when the end is near. */
    boolean isNoticeDue(long leftMs) {
        boolean due = noticeMs > 0 && leftMs <= noticeMs;
        if (due) {
            noticeMs = 0;
        }
        return due;
    }

    /**
     * Takes a fresh token of the same uid; the answer to the client.
     *
     * @param nowMillis the loop's clock: one renewal in {@link #RENEW_MILLIS} is verified
     */
    Frame renew(long ref, String token, long nowMillis) {
        if (renewedMillis != Long.MIN_VALUE && nowMillis - renewedMillis < RENEW_MILLIS) {
            return refusal(ref, Code.RATE_LIMITED, "one renewal in " + RENEW_MILLIS + " ms");
        }
        renewedMillis = nowMillis;
        if (!(services.verifier().verify(token) instanceof Verdict.Valid valid)) {
            return refusal(ref, Code.UNAUTHENTICATED, TokenVerifier.REFUSED_TEXT);
        }
        if (!valid.uid().equals(uid)) {
            return refusal(ref, Code.FORBIDDEN, "a token of another uid");
        }
        expireAt(valid.expiresAtMs());
        return Frame.newBuilder()
                .setRef(ref)
                .setRenewed(Renewed.newBuilder().setExpiresMs(expiresMs))
                .build();
    }

    private static Frame refusal(long ref, Code code, String text) {
        return Frame.newBuilder()
                .setRef(ref)
                .setError(Error.newBuilder().setCode(code).setField("token").setText(text))
                .build();
    }
}
