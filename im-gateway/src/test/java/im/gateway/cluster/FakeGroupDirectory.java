package im.gateway.cluster;

import im.router.GroupDirectory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What one node says of its groups, in words; answers when the test says so, or at once. */
final class FakeGroupDirectory implements GroupDirectory {
    final List<String> said = Collections.synchronizedList(new ArrayList<>());
    /** Calls that have no answer yet, where {@link #holding}. */
    final List<CompletableFuture<Void>> held = new ArrayList<>();

    /** Done with each call. */
    Runnable before = () -> {};

    boolean holding;
    boolean failing;

    private CompletionStage<Void> say(String what, Collection<String> groups) {
        before.run();
        said.add(what + " " + String.join(" ", new TreeSet<>(groups)));
        if (failing) {
            return CompletableFuture.failedStage(new IllegalStateException("not now"));
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (holding) {
            held.add(answer);
        } else {
            answer.complete(null);
        }
        return answer;
    }

    @Override
    public CompletionStage<Void> add(Collection<String> groups) {
        return say("add", groups);
    }

    @Override
    public CompletionStage<Void> remove(Collection<String> groups) {
        return say("remove", groups);
    }

    @Override
    public CompletionStage<Map<String, long[]>> nodesOf(Collection<String> groups) {
        throw new UnsupportedOperationException("only a relay asks");
    }
}
