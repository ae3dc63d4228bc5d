package im.gateway.dispatch;

import static im.gateway.admin.HttpListener.json;
import static im.gateway.admin.HttpListener.readable;

import im.gateway.admin.HttpListener;
import im.gateway.rate.TokenBucket;
import im.protocol.Ids;
import im.router.dispatch.Dispatcher;
import im.router.dispatch.Gateway;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * {@code GET /v1/endpoint?uid=UID&transport=ws|tcp}, both optional: {@code {"endpoints":[{"node":NAME,"ws":URL,
 * "tcp":URL}, …]}}, the best first, at most three. 400 for what is no uid or no transport, 429 above the rate, 503 while
 * no gateway takes clients; the last two with Retry-After. Any page may ask from a browser: what is told is public.
 */
public final class EndpointServer {
    public static final String PATH = "/v1/endpoint";

    private static final int LONGEST_WAIT_SECONDS = 4;
    private static final List<String> TRANSPORTS = List.of("", "ws", "tcp");

    private enum Outcome {
        TOLD,
        NONE,
        BAD,
        LIMITED
    }

    private final Dispatcher dispatcher;
    private final RandomGenerator random;
    private final TokenBucket rate;
    private final LongSupplier nanos;
    private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);

    private EndpointServer(
            Dispatcher dispatcher, int perSecond, LongSupplier nanos, RandomGenerator random, MeterRegistry meters) {
        this.dispatcher = dispatcher;
        this.rate = new TokenBucket(perSecond, TokenBucket.NANOS, nanos.getAsLong());
        this.nanos = nanos;
        this.random = random;
        for (Outcome outcome : Outcome.values()) {
            counters.put(
                    outcome,
                    meters.counter(
                            "im.router.requests", "outcome", outcome.name().toLowerCase(Locale.ROOT)));
        }
        meters.gauge("im.router.gateways", dispatcher, known -> known.gateways().size());
    }

    /**
     * @param port 0 for any
     * @param perSecond requests that are answered; 1 or more
     * @return fails when the address cannot be bound; then nothing is left running
     */
    public static CompletionStage<HttpListener> start(
            String host,
            int port,
            Dispatcher dispatcher,
            int perSecond,
            LongSupplier nanos,
            RandomGenerator random,
            MeterRegistry meters) {
        EndpointServer server = new EndpointServer(dispatcher, perSecond, nanos, random, meters);
        return HttpListener.start(host, port, server::router);
    }

    private Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        readable(router, PATH).handler(this::answer);
        return router;
    }

    private void answer(RoutingContext context) {
        context.response().putHeader("Access-Control-Allow-Origin", "*");
        if (!rate.take(nanos.getAsLong())) {
            later(context, Outcome.LIMITED, 429, "too many requests");
            return;
        }
        List<String> uids = context.queryParam("uid");
        List<String> transports = context.queryParam("transport");
        String uid = uids.isEmpty() ? "" : uids.get(0);
        String transport = transports.isEmpty() ? "" : transports.get(0);
        if (uids.size() > 1 || !(uids.isEmpty() || Ids.isValid(uid))) {
            bad(context, "uid: expected 1-64 of [A-Za-z0-9._@+=-]");
        } else if (transports.size() > 1 || !TRANSPORTS.contains(transport)) {
            bad(context, "transport: expected ws or tcp");
        } else {
            tell(context, uids.isEmpty() ? Long.toHexString(random.nextLong()) : uid, transport);
        }
    }

    private void tell(RoutingContext context, String key, String transport) {
        List<Gateway> chosen = dispatcher.choose(key, transport);
        if (chosen.isEmpty()) {
            later(context, Outcome.NONE, 503, "no gateway takes clients at the moment");
            return;
        }
        count(Outcome.TOLD);
        JsonArray endpoints = new JsonArray();
        chosen.forEach(gateway -> endpoints.add(endpoint(gateway, transport)));
        json(context, 200, new JsonObject().put("endpoints", endpoints));
    }

    private static JsonObject endpoint(Gateway gateway, String transport) {
        JsonObject endpoint = new JsonObject().put("node", gateway.name());
        for (String kind : TRANSPORTS.subList(1, TRANSPORTS.size())) {
            String url = gateway.info().endpoints().get(kind);
            if (url != null && (transport.isEmpty() || transport.equals(kind))) {
                endpoint.put(kind, url);
            }
        }
        return endpoint;
    }

    private void bad(RoutingContext context, String why) {
        count(Outcome.BAD);
        json(context, 400, new JsonObject().put("error", why));
    }

    private void later(RoutingContext context, Outcome outcome, int status, String why) {
        count(outcome);
        context.response().putHeader("Retry-After", Integer.toString(1 + random.nextInt(LONGEST_WAIT_SECONDS)));
        json(context, status, new JsonObject().put("error", why));
    }

    private void count(Outcome outcome) {
        Counter counter = counters.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }
}
