package im.gateway.auth;

import io.micrometer.core.instrument.MeterRegistry;

/** Counts what another verifier decides, by reason. */
public final class CountedTokenVerifier implements TokenVerifier {
    private static final String METER = "im.gateway.tokens";

    private final TokenVerifier verifier;
    private final MeterRegistry meters;

    public CountedTokenVerifier(TokenVerifier verifier, MeterRegistry meters) {
        this.verifier = verifier;
        this.meters = meters;
    }

    @Override
    public Verdict verify(String token) {
        Verdict verdict = verifier.verify(token);
        String label = verdict instanceof Verdict.Refused refused ? refused.why() : "valid";
        meters.counter(METER, "verdict", label).increment();
        return verdict;
    }
}
