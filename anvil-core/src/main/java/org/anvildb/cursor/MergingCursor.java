package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.anvildb.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Several cursors as one. The sources are ranked newest first: of equal keys the entry of the
 * source with the lowest rank comes out first. Not thread-safe.
 *
 * <p>Design: a tournament (loser) tree. Each inner node holds the source that lost there, so that
 * after a move of the winner one match a level, against a known opponent, finds the next winner.
 * The matches compare numbers: each source has the <em>head</em> of its key cached, the 8 bytes
 * behind a prefix that all current keys share. Zero-padded numbers, paths or a tenant in front
 * would make plain first bytes useless.
 *
 * <pre>
 *   keys     order:0000017  order:0000018  order:0000102   shared prefix "order:0000"
 *   heads    "017"          "018"          "102"
 *              \              /               |
 *           node 1 keeps the loser "018"      |             winner "017"
 *                     \                       |
 *                      \______ node keeps the loser "102"
 * </pre>
 *
 * The prefix is found anew at each seek. A key that leaves it shortens it, and all heads are
 * computed again: the order of the keys, hence the tree, stays. When heads tie too often although
 * the keys differ, the prefix is found anew: it may have grown.
 *
 * <p>A head is stored so that signed comparison serves both directions: with its sign bit flipped
 * forward, with all other bits flipped backward. A source without an entry has the largest number,
 * and a tie with a true head of this value is told apart where ties are settled.
 *
 * <p>Between moves, the other sources stand on their first entry behind the current one (backward:
 * before it), or on none. So a change of direction is one step of each, and a source without an
 * entry starts from its near end; no key is searched.
 *
 * <p>Rejected: offset-value coding (a loser keeps where and how it differed from its winner)
 * decides as many matches with one comparison, but needs the previous key of the winner to code the
 * next one, which the sources overwrite: a copy and a byte-wise comparison an entry.
 */
public final class MergingCursor implements InternalCursor {
  private static final long EXHAUSTED = Long.MAX_VALUE;
  private static final long FORWARD = Long.MIN_VALUE;
  private static final long BACKWARD = Long.MAX_VALUE;
  private static final int FIRST_TIE_LIMIT = 16;
  private static final int LAST_TIE_LIMIT = 1 << 16;
  private static final byte[] NO_KEY = {};

  /** A stretch that is shorter was not worth the search for its end. */
  private static final int SHORT_STRETCH = 4;

  /** How often in a row a source must win, at most, before its stretch is searched for. */
  private static final int LONGEST_STREAK = 63;

  private final InternalCursor[] sources;
  private final byte[][] keys;
  private final int[] lengths;
  private final long[] heads;
  private final boolean[] live;

  /** The source that lost at each inner node, from 1 on; source i is the child of (i + k) / 2. */
  private final int[] losers;

  /** Who came out of each node, while the tree is built. */
  private final int[] winners;

  private final SharedPrefix prefix = new SharedPrefix();
  private long direction = FORWARD;
  private int winner;
  private int ties;
  private int tieLimit = FIRST_TIE_LIMIT;

  /** How often in a row the source that moved won again. */
  private int streak;

  /**
   * How long a source's streak must be before a stretch is searched for; adapts to how they mix.
   */
  private final int[] stretchAfter;

  private MergingCursor(InternalCursor[] sources) {
    this.sources = sources;
    int count = sources.length;
    keys = new byte[count][];
    lengths = new int[count];
    heads = new long[count];
    live = new boolean[count];
    losers = new int[count];
    stretchAfter = new int[count];
    winners = new int[2 * count];
    Arrays.fill(keys, NO_KEY);
  }

  /**
   * Merges cursors.
   *
   * @param sources newest first; they belong to the result, which closes them
   * @return the merged cursor, or the only source itself
   */
  public static InternalCursor of(List<? extends InternalCursor> sources) {
    return of(sources.toArray(InternalCursor[]::new), sources.size());
  }

  /** As above, of the first cursors in an array. */
  public static InternalCursor of(InternalCursor[] sources, int count) {
    return switch (count) {
      case 0 -> EmptyCursor.INSTANCE;
      case 1 -> sources[0];
      default -> new MergingCursor(first(sources, count));
    };
  }

  /** As Arrays.copyOf, whose compiled form in place was thrown away at the first true merge. */
  private static InternalCursor[] first(InternalCursor[] sources, int count) {
    if (count == sources.length) {
      return sources;
    }
    var first = new InternalCursor[count];
    System.arraycopy(sources, 0, first, 0, count);
    return first;
  }

  @Override
  public boolean seekFirst() {
    for (int i = 0; i < sources.length; i++) {
      live[i] = sources[i].seekFirst();
    }
    return start(FORWARD);
  }

  @Override
  public boolean seekLast() {
    for (int i = 0; i < sources.length; i++) {
      live[i] = sources[i].seekLast();
    }
    return start(BACKWARD);
  }

  @Override
  public boolean seekCeiling(byte[] key, int length) {
    for (int i = 0; i < sources.length; i++) {
      live[i] = sources[i].seekCeiling(key, length);
    }
    return start(FORWARD);
  }

  @Override
  public boolean seekLower(byte[] key, int length) {
    for (int i = 0; i < sources.length; i++) {
      live[i] = sources[i].seekLower(key, length);
    }
    return start(BACKWARD);
  }

  @Override
  public boolean next() {
    if (direction != FORWARD) {
      return turnForward();
    }
    int moved = winner;
    return advance(moved, sources[moved].next());
  }

  @Override
  public boolean previous() {
    if (direction != BACKWARD) {
      return turnBackward();
    }
    int moved = winner;
    return advance(moved, sources[moved].previous());
  }

  private boolean turnForward() {
    for (int i = 0; i < sources.length; i++) {
      live[i] = live[i] ? sources[i].next() : sources[i].seekFirst();
    }
    return start(FORWARD);
  }

  private boolean turnBackward() {
    for (int i = 0; i < sources.length; i++) {
      live[i] = live[i] ? sources[i].previous() : sources[i].seekLast();
    }
    return start(BACKWARD);
  }

  @Override
  public int stretch(byte @Nullable [] end, int endLength) {
    if (streak < stretchAfter[winner] || direction != FORWARD || !live[winner]) {
      return 0;
    }
    int rival = runnerUp();
    int stretch;
    if (!live[rival]
        || end != null && Bytes.compare(end, endLength, keys[rival], lengths[rival]) < 0) {
      stretch = sources[winner].stretch(end, endLength);
    } else {
      stretch = sources[winner].stretch(keys[rival], lengths[rival]);
    }
    if (stretch < SHORT_STRETCH) {
      streak = 0;
      stretchAfter[winner] = Math.min(2 * stretchAfter[winner] + 1, LONGEST_STREAK);
    } else {
      stretchAfter[winner] >>= 1;
    }
    return stretch;
  }

  @Override
  public InternalCursor leaf() {
    return sources[winner].leaf();
  }

  /** Returns the source that would win without the winner: one of those that lost to it. */
  private int runnerUp() {
    int node = (winner + sources.length) >>> 1;
    int best = losers[node];
    for (node >>>= 1; node > 0; node >>>= 1) {
      if (before(losers[node], best)) {
        best = losers[node];
      }
    }
    return best;
  }

  /** Takes in the position of the source that moved, and plays its matches again. */
  private boolean advance(int moved, boolean onEntry) {
    if (onEntry) {
      InternalCursor source = sources[moved];
      byte[] key = source.key();
      int length = source.keyLength();
      keys[moved] = key;
      lengths[moved] = length;
      if (prefix.startsKey(key, length)) {
        heads[moved] = Bytes.head(key, prefix.length(), length) ^ direction;
      } else {
        prefix.narrow(key, length);
        computeHeads();
      }
    } else {
      live[moved] = false;
      heads[moved] = EXHAUSTED;
    }
    int best = moved;
    for (int node = (moved + sources.length) >>> 1; node > 0; node >>>= 1) {
      int rival = losers[node];
      if (before(rival, best)) {
        losers[node] = best;
        best = rival;
      }
    }
    winner = best;
    streak = best == moved ? streak + 1 : 0;
    if (ties > tieLimit) {
      widenPrefix();
    }
    return live[best];
  }

  /** Builds everything from the positions of the sources. */
  private boolean start(long newDirection) {
    direction = newDirection;
    streak = LONGEST_STREAK;
    for (int i = 0; i < sources.length; i++) {
      if (live[i]) {
        keys[i] = sources[i].key();
        lengths[i] = sources[i].keyLength();
      }
    }
    ties = 0;
    tieLimit = FIRST_TIE_LIMIT;
    findPrefix();
    computeHeads();
    int count = sources.length;
    for (int i = 0; i < count; i++) {
      winners[count + i] = i;
    }
    for (int node = count - 1; node > 0; node--) {
      int left = winners[2 * node];
      int right = winners[2 * node + 1];
      boolean leftWins = before(left, right);
      winners[node] = leftWins ? left : right;
      losers[node] = leftWins ? right : left;
    }
    winner = winners[1];
    return live[winner];
  }

  private void findPrefix() {
    int first = -1;
    int shared = 0;
    for (int i = 0; i < sources.length; i++) {
      if (live[i] && first < 0) {
        first = i;
        shared = lengths[i];
      } else if (live[i]) {
        shared = Bytes.commonPrefix(keys[first], shared, keys[i], lengths[i]);
      }
    }
    if (first >= 0) {
      prefix.set(keys[first], shared);
    }
  }

  /** Looks for a longer prefix; if there is none, waits longer until the next try. */
  private void widenPrefix() {
    int old = prefix.length();
    findPrefix();
    ties = 0;
    if (prefix.length() > old) {
      tieLimit = FIRST_TIE_LIMIT;
      computeHeads();
    } else {
      tieLimit = Math.min(2 * tieLimit, LAST_TIE_LIMIT);
    }
  }

  private void computeHeads() {
    int from = prefix.length();
    for (int i = 0; i < sources.length; i++) {
      heads[i] = live[i] ? Bytes.head(keys[i], from, lengths[i]) ^ direction : EXHAUSTED;
    }
  }

  /** Tells whether the entry of one source comes out before that of another. */
  private boolean before(int a, int b) {
    long x = heads[a];
    long y = heads[b];
    return x != y ? x < y : beforeAtEqualHeads(a, b);
  }

  private boolean beforeAtEqualHeads(int a, int b) {
    if (!live[a] || !live[b]) {
      return live[a];
    }
    int from = prefix.length();
    int order = Arrays.compareUnsigned(keys[a], from, lengths[a], keys[b], from, lengths[b]);
    if (order == 0) {
      order = a - b;
    } else {
      ties++;
    }
    return direction == FORWARD ? order < 0 : order > 0;
  }

  @Override
  public boolean valid() {
    return live[winner];
  }

  @Override
  public byte[] key() {
    return keys[winner];
  }

  @Override
  public int keyLength() {
    return lengths[winner];
  }

  @Override
  public boolean tombstone() {
    return sources[winner].tombstone();
  }

  @Override
  public long sequence() {
    return sources[winner].sequence();
  }

  @Override
  public MemorySegment valueMemory() {
    return sources[winner].valueMemory();
  }

  @Override
  public long valueOffset() {
    return sources[winner].valueOffset();
  }

  @Override
  public int valueLength() {
    return sources[winner].valueLength();
  }

  /** Closes all sources. */
  @Override
  public void close() {
    RuntimeException failure = null;
    for (InternalCursor source : sources) {
      try {
        source.close();
      } catch (RuntimeException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
