/* The arming ceremony with two operators, a clock, and a venue that may fail at any moment.
 *
 * Checked: whatever the order of stage, arm, confirm, disarm, kill, unlatch, flatten, incident note, intent and its
 * confirmation from two operators, of expiry, of failures, of restarts and of a configuration that is changed on disk, an
 * order leaves only
 *   - under a mandate that was staged, armed and confirmed with one hash, each in its turn, in time, with nothing in
 *     between that voids it, and with nothing owed for a SAFE or a kill before it; or
 *   - as the one order of a review that was confirmed with its own hash, in time, once.
 *
 * The states and guards are those of Sources/Hot/Core/TradingCore+Commands.swift, +Incident.swift, +ByHand.swift and
 * +Safety.swift; the command table in the first is the reference. Below them stands a second account of what happened,
 * kept by the environment alone. The assertions compare the two.
 *
 * Each CANARY_… breaks one rule; check.sh expects the checker to find every one of them.
 *
 * Left out: prices, positions, time as a number (a deadline is either still ahead or over), more than two hashes, what a
 * note says. A configuration changed on disk is one that is not put back; the desk in front of the core looks at it.
 */

mtype = { disarmed, staged, armed, live, reducing, safe, halted };

mtype state = disarmed;
byte staged_hash = 0;       /* what the core holds */
bool arm_open = false;      /* the arming's deadline lies ahead */
bool mandate_open = false;  /* the mandate's expiry lies ahead */
bool links_up = true;
bool reconciled = false;    /* since the order link last came up, and since the incident */
bool latched = false;       /* the kill latch file: survives a restart */
bool incident = false;      /* open: its file survives a restart */
bool noted = false;         /* and so does its note */
bool changed = false;       /* the program or the configuration on disk is not the one that runs */
byte review = 0;            /* hash of the order that waits for its confirmation */
bool review_open = false;   /* its time is not over */
bool by_hand = false;       /* live for one order */
bool unsent = false;        /* that order has not left yet */

/* The second account. */
byte seen_staged = 0;       /* hash of the last stage that still counts */
byte seen_armed = 0;        /* hash armed on top of it */
byte seen_confirmed = 0;    /* hash confirmed on top of both */
bool killed = false;        /* a kill that nobody unlatched */
bool owed = false;          /* a SAFE or a halt that nobody wrote a note on */
byte asked = 0;             /* hash of the last review that still counts */
byte granted = 0;           /* orders by hand that may leave */

byte orders = 0;            /* orders sent, bounded so that the state space is */
byte restarts = 0;

inline void_mandate() {
    seen_staged = 0; seen_armed = 0; seen_confirmed = 0; asked = 0; granted = 0;
}

/* The core's change of state: leaving staged and armed forgets the hash, leaving the trading states the mandate, and
   every change a review. */
inline enter(next) {
    if
    :: next != staged && next != armed -> staged_hash = 0; arm_open = false
    :: else
    fi;
    if
    :: next != live && next != reducing -> mandate_open = false; by_hand = false; unsent = false
    :: else
    fi;
    review = 0; review_open = false;
    state = next
}

/* SAFE or HALTED: the note is owed, and so is a snapshot since. */
inline trip(next) {
    enter(next);
    incident = true; noted = false; reconciled = false;
    void_mandate(); owed = true
}

/* Each command is one step of the core: atomic, as the core is one thread. */
inline command_stage(h) {
    atomic {
        skip;
        if
#ifdef CANARY_STAGE
        :: true ->
#elif defined(CANARY_NOTE)
        :: (state == disarmed || state == staged || state == armed || state == safe) && !changed ->
#else
        :: (state == disarmed || state == staged || state == armed || state == safe) && !changed && (!incident || noted) ->
#endif
            enter(staged); staged_hash = h; arm_open = false;
            void_mandate(); seen_staged = h
        :: else
        fi
    }
}

inline command_arm(h) {
    atomic {
        skip;
        if
#ifdef CANARY_ARM
        :: state == staged && !changed ->
#else
        :: state == staged && h == staged_hash && !changed ->
#endif
            state = armed; arm_open = true;
            seen_armed = h
        :: else
        fi
    }
}

inline command_confirm(h) {
    atomic {
        skip;
        if
#ifdef CANARY_CONFIRM
        :: (state == armed || state == staged) && h == staged_hash ->
#elif defined(CANARY_CHANGED)
        :: state == armed && arm_open && h == staged_hash && links_up && reconciled && (!incident || noted) ->
#else
        :: state == armed && arm_open && h == staged_hash && links_up && reconciled && (!incident || noted) && !changed ->
#endif
            assert(!changed);
            enter(live); mandate_open = true; incident = false; noted = false;
            seen_confirmed = h
        :: else
        fi
    }
}

inline command_incident() {
    atomic {
        skip;
        if
        :: incident -> noted = true; owed = false
        :: else
        fi
    }
}

/* A review replaces the one before, and is given only where a mandate could be confirmed. */
inline command_intent(h) {
    atomic {
        review = 0; review_open = false; asked = 0;
        if
#ifdef CANARY_INTENT
        :: state == disarmed && links_up && !changed ->
#else
        :: state == disarmed && links_up && reconciled && !changed && (!incident || noted) ->
#endif
            review = h; review_open = true; asked = h
        :: else
        fi
    }
}

inline command_confirm_intent(h) {
    atomic {
        skip;
        if
#ifdef CANARY_REVIEW_HASH
        :: review != 0 ->
#else
        :: review != 0 && h == review && !changed ->
#endif
            if
#ifdef CANARY_REVIEW_TIME
            :: state == disarmed && links_up && reconciled && (!incident || noted) ->
#elif defined(CANARY_INTENT)
            :: review_open && state == disarmed && links_up ->
#else
            :: review_open && state == disarmed && links_up && reconciled && (!incident || noted) ->
#endif
                assert(review_open);
                assert(h == asked);
                enter(live); mandate_open = true; by_hand = true; unsent = true;
                asked = 0; granted = 1
            :: else -> review = 0; review_open = false; asked = 0
            fi
        :: else
        fi
    }
}

inline command_disarm() {
    atomic {
        skip;
        if
        :: state != halted -> enter(disarmed); void_mandate()
        :: else
        fi
    }
}

inline command_kill() {
    atomic {
        latched = true; killed = true;
        if
        :: state != halted -> trip(halted)
        :: else -> void_mandate()
        fi
    }
}

inline command_unlatch() {
    atomic {
        skip;
        if
        :: state == halted -> latched = false; killed = false; enter(disarmed)
        :: else
        fi
    }
}

inline command_flatten() {
    atomic {
        skip;
        if
#ifdef CANARY_FLATTEN
        :: (state == live || state == reducing) ->
#else
        :: (state == live || state == reducing) && !by_hand ->
#endif
            enter(reducing)
        :: else
        fi
    }
}

/* An operator types anything, in any order, with either hash; two of them do so at once. */
active [2] proctype operator() {
    do
    :: command_stage(1)
    :: command_stage(2)
    :: command_arm(1)
    :: command_arm(2)
    :: command_confirm(1)
    :: command_confirm(2)
    :: command_incident()
    :: command_intent(1)
    :: command_intent(2)
    :: command_confirm_intent(1)
    :: command_confirm_intent(2)
    :: command_disarm()
    :: command_kill()
    :: command_unlatch()
    :: command_flatten()
    od
}

/* Time and the venue. */
active proctype world() {
    do
    /* A deadline passes: an arming or a review not confirmed in time, a mandate at its end. */
    :: atomic { arm_open -> arm_open = false }
    :: atomic { review_open -> review_open = false }
    :: atomic { mandate_open -> mandate_open = false }
    /* Links fail and come back; a snapshot reconciles. */
    :: atomic { links_up -> links_up = false; reconciled = false;
                if
                :: state == live || state == reducing -> trip(safe)
                :: else
                fi }
    :: atomic { !links_up -> links_up = true }
    :: atomic { links_up && !reconciled -> reconciled = true }
    /* Doubt: a position mismatch, a missing fill, a breaker. */
    :: atomic { state == live || state == reducing -> trip(safe) }
    /* Somebody puts another program or configuration on the disk. */
    :: atomic { !changed -> changed = true }
    /* The process is killed and started again: everything is forgotten but the files, and what is on disk is what runs. */
    :: atomic { restarts < 1 -> restarts++;
#ifdef CANARY_RESTART
                skip;
#else
                state = (latched -> halted : disarmed);
#endif
#ifdef CANARY_FORGOTTEN
                incident = false; noted = false;
#endif
                staged_hash = 0; arm_open = false; mandate_open = false; reconciled = false; orders = 0; changed = false;
                review = 0; review_open = false; by_hand = false; unsent = false;
                void_mandate() }
    od
}

/* The core's own steps: the safeguards at the end of each, and the orders in between. */
active proctype core() {
    do
    /* Expiry is looked at before anything is sent: a step that finds the mandate over disarms. */
    :: atomic { (state == live || state == reducing) && !mandate_open -> enter(disarmed); void_mandate() }
    :: atomic { state == armed && !arm_open -> enter(disarmed); void_mandate() }
    /* The one order has settled. */
    :: atomic { by_hand && !unsent -> enter(disarmed); void_mandate() }
    /* A mandate's orders. */
    :: atomic {
#ifdef CANARY_EXPIRY
        (state == live || state == reducing) && !by_hand && orders < 2 ->
#elif defined(CANARY_STRATEGY)
        (state == live || state == reducing) && mandate_open && orders < 2 ->
#else
        (state == live || state == reducing) && !by_hand && mandate_open && orders < 2 ->
#endif
        orders++;
        /* An order leaves. */
        assert(!killed);
        assert(!owed);
        assert(mandate_open);
        assert(seen_confirmed != 0);
        assert(seen_confirmed == seen_armed && seen_armed == seen_staged);
        assert(links_up)
       }
    /* The one order by hand. */
    :: atomic {
#ifdef CANARY_TWICE
        state == live && by_hand && mandate_open && orders < 2 ->
#else
        state == live && by_hand && unsent && mandate_open && orders < 2 ->
#endif
        orders++;
        unsent = false;
        assert(!killed);
        assert(!owed);
        assert(mandate_open);
        assert(granted == 1);
        granted = 0;
        assert(links_up)
       }
    od
}

/* Nothing but a ceremony leads to live, a kill is never undone by anything but unlatch, a halted engine stays so, and
   nobody is live while a note is owed. */
ltl live_is_confirmed { [] ((state == live && !by_hand) -> (seen_confirmed != 0 && seen_confirmed == seen_armed)) }
ltl kill_holds { [] (killed -> (state == halted)) }
ltl staged_hash_is_the_one_seen { [] ((state == armed) -> (staged_hash == seen_staged && seen_armed == staged_hash)) }
ltl a_note_is_owed { [] (owed -> (state != live && state != reducing && state != armed && state != staged)) }
ltl by_hand_is_live_only { [] (by_hand -> (state == live)) }
