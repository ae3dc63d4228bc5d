package im.gateway.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.gateway.intercept.MessageContent.Text;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class InterceptorsTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CountDownLatch release = new CountDownLatch(1);
    private Interceptors interceptors = of(LONG, false, message -> Verdict.ACCEPT);

    @AfterEach
    void close() {
        release.countDown();
        interceptors.close();
    }

    private Interceptors of(Duration timeout, boolean allowOnFailure, MessageInterceptor... all) {
        return new Interceptors(List.of(all), 1, timeout, allowOnFailure, meters);
    }

    private void use(Duration timeout, boolean allowOnFailure, MessageInterceptor... all) {
        interceptors.close();
        interceptors = of(timeout, allowOnFailure, all);
    }

    @Test
    void theyJudgeOneAfterTheOtherUntilOneRefuses() {
        use(LONG, false, rewriting("b"), seeing("b", new Verdict.Reject(Code.FORBIDDEN, "no")), failing());

        assertThat(judged()).isEqualTo(new Verdict.Reject(Code.FORBIDDEN, "no"));
        assertThat(count("rejected")).isEqualTo(1);
    }

    @Test
    void whatOneHasRewrittenStaysWhenTheNextAcceptsIt() {
        use(LONG, false, rewriting("b"), seeing("b", Verdict.ACCEPT));

        assertThat(judged()).isEqualTo(new Verdict.Rewrite("", new Text("b")));
        assertThat(count("rewritten")).isEqualTo(1);
    }

    @Test
    void aFailureIsARefusalThatMayBeTriedAgainUnlessFailuresAreAllowed() {
        use(LONG, false, failing());
        assertThat(judged()).isInstanceOfSatisfying(Verdict.Reject.class, reject -> {
            assertThat(reject.code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(reject.retryAfterMs()).isPositive();
        });

        use(LONG, true, failing());
        assertThat(judged()).isEqualTo(Verdict.ACCEPT);
        assertThat(count("failed")).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("verdictsThatAreNone")
    void whatIsNoVerdictIsAFailure(Supplier<Verdict> none) {
        use(LONG, false, message -> none.get());

        assertThat(judged())
                .isInstanceOfSatisfying(
                        Verdict.Reject.class,
                        reject -> assertThat(reject.code()).isEqualTo(Code.UNAVAILABLE));
        assertThat(count("failed")).isEqualTo(1);
    }

    @SuppressWarnings("NullAway")
    static Stream<Supplier<Verdict>> verdictsThatAreNone() {
        return Stream.of(
                () -> null,
                () -> new Verdict.Rewrite(null, new Text("a")),
                () -> new Verdict.Rewrite("", null),
                () -> new Verdict.Rewrite("", new Text(null)),
                () -> new Verdict.Rewrite("", new MessageContent.Data(null)),
                () -> new Verdict.Rewrite("", new Text("half a pair: \ud83d")));
    }

    @Test
    void oneThatIsLateIsInterruptedAndTheNextMessageHasItsThread() {
        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicBoolean first = new AtomicBoolean(true);
        use(SHORT, false, message -> {
            if (first.compareAndSet(true, false)) {
                waitFor(release, interrupted);
            }
            return Verdict.ACCEPT;
        });

        // Whoever finds no thread in time is late too.
        List<Verdict> verdicts = new ArrayList<>();
        await().until(() -> {
            verdicts.add(judged());
            return interrupted.get() && verdicts.contains(Verdict.ACCEPT);
        });

        long accepted = verdicts.stream().filter(Verdict.ACCEPT::equals).count();
        assertThat(count("accepted")).isEqualTo(accepted);
        assertThat(count("late")).isEqualTo(verdicts.size() - accepted);
    }

    @Test
    void asManyMayWaitAsThereIsRoomAndOneMoreIsRefused() {
        CountDownLatch begun = new CountDownLatch(1);
        use(LONG, true, message -> {
            begun.countDown();
            waitFor(release, new AtomicBoolean());
            return Verdict.ACCEPT;
        });
        var running = interceptors.judge(message());
        waitFor(begun, new AtomicBoolean());
        for (int i = 0; i < Interceptors.MAX_WAITING; i++) {
            assertThat(interceptors.judge(message()).toCompletableFuture()).isNotDone();
        }

        assertThat(judged())
                .isInstanceOfSatisfying(
                        Verdict.Reject.class,
                        reject -> assertThat(reject.code()).isEqualTo(Code.OVERLOADED));
        release.countDown();
        assertThat(running.toCompletableFuture().join()).isEqualTo(Verdict.ACCEPT);
    }

    @ParameterizedTest
    @EnumSource(names = {"OK", "INTERNAL", "UNKNOWN_OUTCOME", "OUT_OF_ORDER", "CONFLICT", "CODE_UNSPECIFIED"})
    void aCodeThatMeansSomethingElseRefusesNothing(Code code) {
        assertThatThrownBy(() -> new Verdict.Reject(code, "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFolderThatIsNotThereIsSaidByName(@TempDir Path folder) throws IOException {
        assertThat(InterceptorLoader.load(Optional.of(folder), Optional.empty()))
                .isEmpty();
        Path file = Files.writeString(folder.resolve("x"), "");

        assertThatThrownBy(() -> InterceptorLoader.load(Optional.of(file), Optional.empty()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("interceptors.folder is \"" + file);
        assertThatThrownBy(() -> InterceptorLoader.load(Optional.empty(), Optional.of(folder)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("interceptors.properties-file is \"" + folder);
    }

    private Verdict judged() {
        CompletableFuture<Verdict> verdict = interceptors.judge(message()).toCompletableFuture();
        return verdict.join();
    }

    private static IncomingMessage message() {
        return new IncomingMessage(ConversationKey.direct("a", "b"), "a", "d", new MessageId(1, 2), "", new Text("a"));
    }

    private static MessageInterceptor rewriting(String text) {
        return message -> new Verdict.Rewrite("", new Text(text));
    }

    private static MessageInterceptor seeing(String text, Verdict verdict) {
        return message -> message.content().equals(new Text(text))
                ? verdict
                : new Verdict.Reject(Code.UNSUPPORTED, "another text");
    }

    private static MessageInterceptor failing() {
        return message -> {
            throw new IllegalStateException("broken");
        };
    }

    private static void waitFor(CountDownLatch latch, AtomicBoolean interrupted) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            interrupted.set(true);
        }
    }

    private double count(String verdict) {
        return meters.get("im.gateway.interceptor.verdicts")
                .tag("verdict", verdict)
                .counter()
                .count();
    }
}
