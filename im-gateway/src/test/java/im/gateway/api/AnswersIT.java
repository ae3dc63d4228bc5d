package im.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.admin.HttpListener;
import im.protocol.v1.Code;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What whoever asks is told when there is no answer. */
class AnswersIT {
    private static final CompletionStage<JsonObject> ASKED = CompletableFuture.completedStage(new JsonObject());
    private static final Map<String, Supplier<CompletionStage<JsonObject>>> ROUTES = Map.of(
            "/told", () -> ASKED,
            "/refused",
                    () -> ASKED.thenApply(json -> {
                        throw new ApiException(Code.CONFLICT, "another has it");
                    }),
            "/away",
                    () -> ApiException.ifTold(ASKED.<JsonObject>thenApply(json -> {
                                throw new IllegalStateException("no connection");
                            }))
                            .thenApply(JsonObject::copy),
            "/mistaken",
                    () -> ASKED.thenApply(
                            json -> json.getJsonObject("not there").copy()),
            "/mistaken-with-what-was-told",
                    () -> ApiException.ifTold(ASKED)
                            .thenApply(json -> Objects.requireNonNull(json.getJsonObject("x"))));

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Answers answers = new Answers(meters);
    private final HttpListener listener = HttpListener.start("127.0.0.1", 0, vertx -> {
                Router router = Router.router(vertx);
                ROUTES.forEach((path, body) ->
                        router.route(path).handler(context -> answers.answer(context, path, 202, body.get())));
                return router;
            })
            .toCompletableFuture()
            .join();

    @AfterEach
    void close() {
        listener.close().toCompletableFuture().join();
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + listener.port() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private void assertRefused(String path, int status, Code code) throws IOException, InterruptedException {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code.name());
        assertThat(answer.headers().firstValue("Retry-After").isPresent()).isEqualTo(status == 503);
        assertThat(meters.get("im.gateway.api.refusals")
                        .tag("code", code.name())
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void whatIsToldIsTheAnswer() throws Exception {
        assertThat(get("/told").statusCode()).isEqualTo(202);
        assertThat(meters.find("im.gateway.api.refusals").counters()).isEmpty();
    }

    @Test
    void aRefusalIsToldAsItIs() throws Exception {
        assertRefused("/refused", 409, Code.CONFLICT);
    }

    @Test
    void whereAnotherPartyDoesNotAnswerToAskAgainMayHelp() throws Exception {
        assertRefused("/away", 503, Code.UNAVAILABLE);
    }

    @Test
    void ourOwnMistakeIsNotToldAsSomethingThatWillPass() throws Exception {
        assertRefused("/mistaken", 500, Code.INTERNAL);
    }

    @Test
    void soIsAMistakeWithWhatAnotherPartyTold() throws Exception {
        assertRefused("/mistaken-with-what-was-told", 500, Code.INTERNAL);
    }
}
