package im.client.internal.dispatch;

import im.client.internal.transport.Endpoint;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint a client dials. Those it was given, or that a dispatcher or the gateway itself told it last, in turn:
 * the next one after each that failed, and the same one again after a connection that was lost. With a dispatcher that
 * is asked again first; while it does not answer, what it told last stays. What failed since the last Welcome comes last
 * in every new list. Event loop only.
 */
public final class EndpointChoice {
    private final Executor loop;
    private final @Nullable DispatcherClient dispatcher;
    private final Function<Endpoint, Endpoint> wire;
    private final List<Endpoint> given;
    /** The app asked for nothing else, so what others name is meant so too. */
    private final boolean onlyPolls;

    private final Set<Endpoint> failed = new HashSet<>();
    private List<Endpoint> known;
    private int turn;
    private boolean stale = true;
    private DispatcherAnswer last = DispatcherAnswer.trouble("no endpoint is known", 0);

    /**
     * @param given may be empty if there is a dispatcher
     * @param json whether frames are JSON, which leaves WebSocket endpoints only
     */
    public EndpointChoice(List<Endpoint> given, boolean json, @Nullable DispatcherClient dispatcher, Executor loop) {
        this.given = List.copyOf(given);
        this.known = this.given;
        this.onlyPolls = !given.isEmpty() && given.stream().allMatch(endpoint -> endpoint.way() == Endpoint.Way.POLLS);
        this.wire = json ? Endpoint::inJson : endpoint -> endpoint;
        this.dispatcher = dispatcher;
        this.loop = loop;
    }

    /** Asks the dispatcher if that is due; completes on the event loop, never fails. */
    public CompletionStage<Void> refresh(String uid) {
        DispatcherClient asked = dispatcher;
        if (asked == null || !stale) {
            return CompletableFuture.completedStage(null);
        }
        return asked.ask(uid).thenAcceptAsync(this::answered, loop);
    }

    private void answered(DispatcherAnswer answer) {
        last = answer;
        stale = !learn(answer.endpoints());
    }

    /**
     * The gateway knows others that would take us; what it says holds until it turns out to be wrong. Then those that
     * were given are left: a gateway behind a balancer may name addresses that only its neighbours reach.
     */
    public void told(List<String> urls) {
        List<Endpoint> named = urls.stream()
                .map(EndpointChoice::readable)
                .flatMap(Stream::ofNullable)
                .toList();
        if (named.isEmpty()) {
            return;
        }
        List<Endpoint> others =
                Stream.concat(named.stream(), given.stream()).distinct().toList();
        if (learn(others)) {
            stale = false;
        }
    }

    private boolean learn(List<Endpoint> fresh) {
        List<Endpoint> usable = fresh.stream().flatMap(this::spoken).toList();
        if (usable.isEmpty()) {
            return false;
        }
        known = usable;
        turn = 0;
        while (turn < known.size() && failed.contains(known.get(turn))) {
            turn++;
        }
        return true;
    }

    private Stream<Endpoint> spoken(Endpoint endpoint) {
        try {
            Endpoint place = onlyPolls && endpoint.webSocket() ? endpoint.polls() : endpoint;
            return Stream.ofNullable(place).map(wire);
        } catch (IllegalArgumentException e) {
            return Stream.empty();
        }
    }

    /** Null while none is known. */
    public @Nullable Endpoint current() {
        return known.isEmpty() ? null : known.get(Math.floorMod(turn, known.size()));
    }

    /** That one failed, or does not want us. */
    public void next() {
        Endpoint current = current();
        if (current != null) {
            failed.add(current);
            if (failed.containsAll(known)) {
                failed.clear();
            }
        }
        turn++;
        stale = true;
    }

    /** The connection was lost; its node may be gone. */
    public void lost() {
        stale = true;
    }

    public void welcomed() {
        failed.clear();
    }

    /** Why there is none. */
    public String trouble() {
        return last.trouble();
    }

    public long retryAfterMillis() {
        return last.retryAfterMillis();
    }

    /** Null where it is none: nobody names polls, which are at a WebSocket's place. */
    static @Nullable Endpoint readable(String url) {
        try {
            Endpoint endpoint = Endpoint.of(URI.create(url));
            return endpoint.way() == Endpoint.Way.POLLS ? null : endpoint;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
