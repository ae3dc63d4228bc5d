package im.gateway.cluster;

import im.gateway.room.GroupsHeard;
import im.router.GroupDirectory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The groups that this node stands for in the directory: those that one of its loops has a room of, and those that a
 * session is about to enter. All are said again once a heartbeat, with {@link #mend}; one that nobody is in any more is
 * taken back then, so that who leaves and comes back costs nothing. What cannot be said is said with the next mending;
 * until then the rooms' comparisons find what is missed. Any thread.
 */
public final class GroupInterest implements GroupsHeard {
    private final GroupDirectory directory;
    private final Map<String, Heard> groups = new HashMap<>();
    /** What is added waits for it, lest it be taken back with what is not wanted any more. */
    private CompletionStage<Void> takenBack = CompletableFuture.completedStage(null);

    private static final class Heard {
        int rooms;
        /** Somebody asked since the last mending, and may be about to enter. */
        boolean asked = true;
        /** Completes when the directory has it, or cannot be reached. */
        CompletableFuture<Void> said = new CompletableFuture<>();
    }

    public GroupInterest(GroupDirectory directory, ClusterMeters meters) {
        this.directory = directory;
        meters.hears(this);
    }

    @Override
    public CompletionStage<Boolean> hear(Collection<String> wanted) {
        List<String> fresh = new ArrayList<>();
        List<CompletableFuture<Void>> unsaid = new ArrayList<>();
        CompletionStage<Void> before;
        synchronized (this) {
            for (String group : wanted) {
                Heard heard = groups.get(group);
                if (heard == null) {
                    heard = new Heard();
                    groups.put(group, heard);
                    fresh.add(group);
                }
                heard.asked = true;
                if (!heard.said.isDone()) {
                    unsaid.add(heard.said);
                }
            }
            before = takenBack;
        }
        if (unsaid.isEmpty()) {
            return CompletableFuture.completedStage(false);
        }
        say(fresh, before);
        return CompletableFuture.allOf(unsaid.toArray(CompletableFuture<?>[]::new))
                .thenApply(said -> true);
    }

    private void say(List<String> fresh, CompletionStage<Void> before) {
        if (!fresh.isEmpty()) {
            before.thenCompose(over -> directory.add(fresh)).whenComplete((added, failure) -> said(fresh));
        }
    }

    private void said(List<String> some) {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        synchronized (this) {
            for (String group : some) {
                Heard heard = groups.get(group);
                if (heard != null) {
                    waiting.add(heard.said);
                }
            }
        }
        waiting.forEach(said -> said.complete(null));
    }

    @Override
    public void opened(String group) {
        List<String> fresh = new ArrayList<>();
        CompletionStage<Void> before;
        synchronized (this) {
            Heard heard = groups.get(group);
            if (heard == null) {
                heard = new Heard();
                groups.put(group, heard);
                fresh.add(group);
            }
            heard.rooms++;
            before = takenBack;
        }
        say(fresh, before);
    }

    @Override
    public synchronized void closed(String group) {
        Heard heard = groups.get(group);
        if (heard != null) {
            heard.rooms--;
        }
    }

    /**
     * Says all of it again, and takes back what nobody wants any more.
     *
     * @return exceptionally when the directory does not have all of it
     */
    public CompletionStage<Void> mend() {
        List<String> gone = new ArrayList<>();
        List<String> all = new ArrayList<>();
        CompletionStage<Void> before;
        CompletableFuture<Void> back = new CompletableFuture<>();
        synchronized (this) {
            before = takenBack;
            groups.forEach((group, heard) -> {
                if (heard.rooms == 0 && !heard.asked && heard.said.isDone()) {
                    gone.add(group);
                } else {
                    heard.asked = false;
                    all.add(group);
                }
            });
            gone.forEach(groups::remove);
            if (!gone.isEmpty()) {
                takenBack = back;
            }
        }
        // Not under the lock, for which event loops wait.
        if (gone.isEmpty()) {
            before.whenComplete((over, never) -> back.complete(null));
        } else {
            // Best effort: what stays ends by itself.
            before.thenCompose(over -> directory.remove(gone)).whenComplete((removed, failure) -> back.complete(null));
        }
        return all.isEmpty() ? CompletableFuture.completedStage(null) : back.thenCompose(over -> directory.add(all));
    }

    synchronized int size() {
        return groups.size();
    }
}
