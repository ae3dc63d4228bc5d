package im.relay.apply;

import org.jspecify.annotations.Nullable;

/** What one partition is at; see {@link PartitionApplier} for the diagram. What a phase cannot become has no method. */
sealed interface Phase {

    /** Whether effects of a batch are under way, which a graceful end waits for. */
    default boolean isInBatch() {
        return false;
    }

    /** Whether it does not know where to go on. */
    default boolean isLookingForItsPlace() {
        return false;
    }

    /** From {@link Applying} on, until the view answers, nobody knows whether the batch took effect. */
    default Waiting failed() {
        return new Waiting(null);
    }

    /** In words, for the admin page. */
    String text();

    /** A batch whose effect on the view is unknown; if the view is found at its end, only the reply was lost (D3). */
    record Sent(Standing standing, Batch batch) {}

    record Seeking(@Nullable Sent sent) implements Phase {
        Reading found(Standing standing) {
            return new Reading(standing);
        }

        Applying again(Sent what) {
            return new Applying(what.standing(), what.batch());
        }

        @Override
        public Waiting failed() {
            return new Waiting(sent);
        }

        @Override
        public boolean isLookingForItsPlace() {
            return true;
        }

        @Override
        public String text() {
            return "seeking";
        }
    }

    record Reading(Standing standing) implements Phase {
        Indexing taken(Batch batch) {
            return new Indexing(standing, batch);
        }

        Checking due() {
            return new Checking(standing);
        }

        @Override
        public String text() {
            return "running";
        }
    }

    record Checking(Standing standing) implements Phase {
        Reading over() {
            return new Reading(standing);
        }

        @Override
        public String text() {
            return "running";
        }
    }

    record Indexing(Standing standing, Batch batch) implements Phase {
        /** @param reckoned the same with what it does to groups */
        Indexing with(Batch reckoned) {
            return new Indexing(standing, reckoned);
        }

        Applying indexed() {
            return new Applying(standing, batch);
        }

        @Override
        public boolean isInBatch() {
            return true;
        }

        @Override
        public String text() {
            return "running";
        }
    }

    record Applying(Standing standing, Batch batch) implements Phase {
        Pushing applied() {
            return new Pushing(standing, batch);
        }

        @Override
        public Waiting failed() {
            return new Waiting(new Sent(standing, batch));
        }

        @Override
        public boolean isInBatch() {
            return true;
        }

        @Override
        public String text() {
            return "running";
        }
    }

    record Pushing(Standing standing, Batch batch) implements Phase {
        Reading pushed() {
            return new Reading(standing);
        }

        @Override
        public boolean isInBatch() {
            return true;
        }

        @Override
        public String text() {
            return "running";
        }
    }

    record Waiting(@Nullable Sent sent) implements Phase {
        Seeking over() {
            return new Seeking(sent);
        }

        @Override
        public Waiting failed() {
            return this;
        }

        @Override
        public boolean isLookingForItsPlace() {
            return true;
        }

        @Override
        public String text() {
            return "waiting";
        }
    }

    record Stopped() implements Phase {
        @Override
        public String text() {
            return "stopped";
        }
    }
}
