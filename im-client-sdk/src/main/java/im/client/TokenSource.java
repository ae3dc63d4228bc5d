package im.client;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where tokens come from, and the last one, so that a reconnect does not fetch again. Event loop only. */
final class TokenSource {
    private static final long MARGIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Supplier<CompletionStage<String>> supplier;
    private final boolean fresh;
    private @Nullable String cached;
    private boolean ends;
    private long endNanos;

    TokenSource(@Nullable Supplier<CompletionStage<String>> supplier, boolean fresh) {
        if (supplier == null) {
            throw new IllegalArgumentException("token: none, expected token(...) or tokenSupplier(...)");
        }
        this.supplier = supplier;
        this.fresh = fresh;
    }

    /** Whether asking again can give another token. */
    boolean canRefresh() {
        return fresh;
    }

    void forget() {
        cached = null;
    }

    /** The gateway has told how long the last token is good; 0 or less where it does not end. */
    void goodFor(long millis) {
        ends = millis > 0;
        endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Before a connection: one that ends soon is not worth trying. */
    void forgetIfEnding() {
        if (ends && endNanos - System.nanoTime() < MARGIN_NANOS) {
            forget();
        }
    }

    /** The last token, or a new one; a supplier that throws is a stage that fails. */
    CompletionStage<String> token() {
        String known = cached;
        if (known != null) {
            return CompletableFuture.completedStage(known);
        }
        try {
            return Objects.requireNonNull(supplier.get(), "the supplier gave no stage");
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    void keep(String token) {
        cached = token;
    }
}
