package im.gateway.api;

import im.gateway.admin.HttpListener;
import im.gateway.config.ApiConfig;
import im.gateway.config.ApiKey;
import im.gateway.config.ApiKey.Scope;
import im.gateway.ingress.SendCheck;
import im.gateway.service.SessionServices;
import im.gateway.session.Sessions;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Serves the API. Every answer is JSON; one that is no success is {@code {"code":CODE,"text":TEXT}}. Requests are read
 * whole, so their size is bounded, and each is answered within {@link Answers#MILLIS}. Started and closed from any
 * thread; neither blocks.
 */
public final class ApiServer {
    /** Bytes of a request's body. */
    public static final int MAX_BODY_BYTES = 2 << 20;
    /** Open at a time; those beyond are closed at once. */
    public static final int MAX_CONNECTIONS = 1_024;
    /** Uids in one broadcast. */
    static final int MOST_RECEIVERS = 10_000;

    /** Requests that are read or wait for an answer at a time. */
    private static final int MOST_OPEN = 512;

    private static final String KEY = "im.key";

    /**
     * What the API works on.
     *
     * @param broadcasts not closed here
     */
    public record Ground(SessionServices services, Sessions sessions, OtherGateways others, Broadcasts broadcasts) {}

    private final Ground ground;
    private final ApiConfig config;
    private final ServerMessages messages;
    private final Broadcasts broadcasts;
    private final UserRoutes users;
    private final GroupRoutes groups;
    private final Callers callers;
    private final MeterRegistry meters;
    private final Answers answers;
    private final Buffer openApi = openApi();
    private @Nullable HttpListener listener;
    private int open;

    private ApiServer(Ground ground, ApiConfig config, MeterRegistry meters) {
        this.ground = ground;
        this.config = config;
        this.meters = meters;
        this.answers = new Answers(meters);
        this.messages = new ServerMessages(ground.services());
        this.broadcasts = ground.broadcasts();
        this.users = new UserRoutes(ground.services(), ground.sessions(), ground.others());
        this.groups = new GroupRoutes(ground.services(), messages, config.systemUid());
        this.callers = new Callers(config.keys(), config.requestsPerSecond(), System::nanoTime);
    }

    /**
     * @param port 0 for any
     * @return fails when the address cannot be bound; then nothing is left running
     */
    public static CompletionStage<ApiServer> start(Ground ground, ApiConfig config, int port, MeterRegistry meters) {
        ApiServer server = new ApiServer(ground, config, meters);
        return HttpListener.start(config.host(), port, server::router, MAX_CONNECTIONS)
                .thenApply(listener -> {
                    server.listener = listener;
                    return server;
                });
    }

    private static Buffer openApi() {
        try (InputStream in = ApiServer.class.getResourceAsStream("/api/openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("openapi.json is not on the class path");
            }
            return Buffer.buffer(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Router router(Vertx vertx) {
        Router router = Router.router(vertx);
        HttpListener.readable(router, "/openapi.json")
                .handler(context -> context.response()
                        .putHeader("Content-Type", "application/json")
                        .end(openApi));
        routes(router);
        Map.of(
                        400, Code.MALFORMED,
                        404, Code.NOT_FOUND,
                        405, Code.UNSUPPORTED,
                        413, Code.TOO_LARGE)
                .forEach((status, code) -> router.errorHandler(
                        status, context -> answers.refuse(context, status, code, "the request is refused as it is")));
        router.errorHandler(500, context -> answers.fail(context, context.normalizedPath(), context.failure()));
        return router;
    }

    /** Those of the file and no other: what it tells is what there is. */
    private void routes(Router router) {
        Map<String, Call.Action> actions = new HashMap<>(actions());
        JsonObject paths = openApi.toJsonObject().getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            JsonObject operations = paths.getJsonObject(path);
            for (String method : operations.fieldNames()) {
                if (operations.getValue(method) instanceof JsonObject operation && operation.containsKey("x-scope")) {
                    String name = operation.getString("operationId");
                    Call.Action action = actions.remove(name);
                    route(
                            router.route(
                                    HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)),
                                    path.replace('{', ':').replace("}", "")),
                            name,
                            Scope.valueOf(operation.getString("x-scope").toUpperCase(Locale.ROOT)),
                            operation.getJsonObject("responses").containsKey("202") ? 202 : 200,
                            Objects.requireNonNull(action, path));
                }
            }
        }
        if (!actions.isEmpty()) {
            throw new IllegalStateException("openapi.json does not tell of " + actions.keySet());
        }
    }

    /** By the names that the file gives them. */
    private Map<String, Call.Action> actions() {
        return Map.ofEntries(
                Map.entry("send", this::send),
                Map.entry("connections", users::connections),
                Map.entry("closeConnections", users::closeAll),
                Map.entry("closeConnection", users::closeOne),
                Map.entry("presence", users::presence),
                Map.entry("groupsOfUser", groups::ofUser),
                Map.entry("createGroup", groups::create),
                Map.entry("findGroup", groups::find),
                Map.entry("members", groups::members),
                Map.entry("changeGroup", groups::change),
                Map.entry("broadcast", this::broadcast),
                Map.entry("findBroadcast", call -> broadcasts.find(call.path("id"))),
                Map.entry("cancelBroadcast", call -> broadcasts.cancel(call.path("id"))));
    }

    /**
     * Who may not ask is told so before anything of the body is kept.
     *
     * @param name as the file calls it
     * @param status of a success
     */
    private void route(Route route, String name, Scope scope, int status, Call.Action action) {
        // By its type Vert.x sees that it may stand before the body.
        SecurityPolicyHandler admission = context -> admit(context, name, scope);
        route.handler(admission)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(context -> act(context, name, status, action));
    }

    private void admit(RoutingContext context, String name, Scope scope) {
        try {
            ApiKey key = callers.require(context.request().getHeader("Authorization"), scope);
            meters.counter("im.gateway.api.requests", "key", key.name(), "scope", scope.toString())
                    .increment();
            if (open >= MOST_OPEN) {
                throw new ApiException(Code.OVERLOADED, "too many requests are open");
            }
            open++;
            context.addEndHandler(ended -> open--);
            context.put(KEY, key);
            // A body that says it is a form, as curl's does by itself, would be held to the bounds of form fields.
            context.request().headers().set("Content-Type", "application/json");
        } catch (ApiException e) {
            answers.fail(context, name, e);
            return;
        }
        context.next();
    }

    private void act(RoutingContext context, String name, int status, Call.Action action) {
        try {
            answers.answer(context, name, status, action.answer(new Call(context.get(KEY), context)));
        } catch (ApiException e) {
            answers.fail(context, name, e);
        }
    }

    private CompletionStage<JsonObject> send(Call call) {
        JsonArray list = call.body(Set.of("messages")).list("messages", SendBatch.MOST);
        CompletableFuture<JsonObject> answer = new CompletableFuture<>();
        SendBatch batch = new SendBatch(
                messages,
                config.systemUid(),
                ground.services().groups() != null,
                call,
                list.size(),
                results -> answer.complete(new JsonObject().put("results", results)));
        Vertx vertx = call.context().vertx();
        long timer = vertx.setTimer(Answers.MILLIS - 1_000, id -> batch.expire());
        batch.send(list);
        return answer.whenComplete((json, failure) -> vertx.cancelTimer(timer));
    }

    private static final Set<String> BROADCAST_FIELDS =
            Set.of("broadcast_id", "from", "uids", "online", "transient", "per_second", "content_type", "text", "data");

    private CompletionStage<JsonObject> broadcast(Call call) {
        Fields fields = call.body(BROADCAST_FIELDS);
        String id = fields.text("broadcast_id");
        if (id == null || MessageId.parse(id) == null) {
            throw ApiException.malformed("broadcast_id is not a canonical lower-case UUID");
        }
        boolean online = fields.flag("online");
        if (online == fields.has("uids")) {
            throw ApiException.malformed("one of uids and online is expected");
        }
        List<String> uids = online ? null : new ArrayList<>(fields.uids("uids", MOST_RECEIVERS));
        Send.Builder send = Send.newBuilder().setTransient(fields.flag("transient"));
        fields.content(send);
        SendCheck.Refusal refusal = ServerMessages.check(send.build());
        if (refusal != null) {
            throw new ApiException(refusal.code(), refusal.text());
        }
        Broadcast.Order order = new Broadcast.Order(
                id,
                fields.has("from") ? fields.uid("from") : config.systemUid(),
                send.build(),
                fields.number("per_second", config.broadcastPerSecond(), 1, config.broadcastPerSecond()),
                Callers.sha256(call.context().body().asString()));
        return broadcasts.start(order, uids);
    }

    /** The port that is bound. */
    public int port() {
        HttpListener listening = listener;
        return listening == null ? 0 : listening.port();
    }

    /** Closes the listener, its connections and its threads. */
    public CompletionStage<?> close() {
        HttpListener listening = listener;
        return listening == null ? CompletableFuture.completedStage(null) : listening.close();
    }
}
