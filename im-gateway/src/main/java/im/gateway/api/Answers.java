package im.gateway.api;

import im.gateway.admin.HttpListener;
import im.protocol.v1.Code;
import im.router.StageFailure;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is told to whoever asked, once: what they asked for, or why they do not get it. Where somebody whom we asked did
 * not answer it is UNAVAILABLE, so that they ask again; what else goes wrong is our own mistake, INTERNAL, which to ask
 * again does not mend. On the API's thread.
 */
final class Answers {
    /** A request is answered within this time. */
    static final long MILLIS = 25_000;

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final int RETRY_SECONDS = 1;

    private final MeterRegistry meters;

    Answers(MeterRegistry meters) {
        this.meters = meters;
    }

    /**
     * Answers when it is there, or says that it is not in time.
     *
     * @param operation as the file calls it
     * @param status of a success
     */
    void answer(RoutingContext context, String operation, int status, CompletionStage<JsonObject> body) {
        long timer =
                context.vertx().setTimer(MILLIS, id -> refuse(context, 503, Code.UNAVAILABLE, "no answer in time"));
        Context own = context.vertx().getOrCreateContext();
        body.whenComplete((json, failure) -> own.runOnContext(unused -> {
            context.vertx().cancelTimer(timer);
            if (failure == null) {
                if (!context.response().ended()) {
                    HttpListener.json(context, status, json);
                }
            } else {
                fail(context, operation, failure);
            }
        }));
    }

    /** The request ends with this failure, whatever it is. */
    void fail(RoutingContext context, String operation, @Nullable Throwable failure) {
        Throwable cause = failure == null ? null : StageFailure.cause(failure);
        if (cause instanceof ApiException refused) {
            if (refused.getCause() != null) {
                LOG.atWarn()
                        .addKeyValue("operation", operation)
                        .addKeyValue("why", refused.getCause().toString())
                        .log("a request of the server API cannot be answered now");
            }
            refuse(context, ApiException.status(refused.code()), refused.code(), String.valueOf(refused.getMessage()));
        } else {
            LOG.atError().addKeyValue("operation", operation).setCause(cause).log("a request of the server API fails");
            refuse(context, 500, Code.INTERNAL, "the server has failed over this");
        }
    }

    /** Unless it is answered already. */
    void refuse(RoutingContext context, int status, Code code, String text) {
        if (context.response().ended()) {
            return;
        }
        meters.counter("im.gateway.api.refusals", "code", code.name()).increment();
        if (status == 429 || status == 503) {
            context.response().putHeader("Retry-After", Integer.toString(RETRY_SECONDS));
        } else if (status == 401) {
            context.response().putHeader("WWW-Authenticate", "Bearer");
        }
        HttpListener.json(
                context, status, new JsonObject().put("code", code.name()).put("text", text));
    }
}
