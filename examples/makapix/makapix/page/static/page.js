// The page's behaviour: it talks to /api on its own host and shows pictures from the vault's host.

const FACES = { heart: "♥", star: "★", fire: "♨", laugh: "☺" };
const SAID = { post: "posted a new artwork", comment: "commented on your artwork",
  reaction: "reacted to your artwork", follow: "follows you" };
const $ = (id) => document.getElementById(id);
let me = null, shown = null, last = null, vault = document.body.dataset.vault;

async function ask(method, path, body) {
  const form = body instanceof FormData;
  // With its origin, since a page opened as https://name:password@host may not ask relative to that.
  const answer = await fetch(`${location.origin}/api${path}`, {
    method,
    headers: body && !form ? { "Content-Type": "application/json" } : {},
    body: body && !form ? JSON.stringify(body) : body,
  });
  const data = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(data.error || `the server answered ${answer.status}`);
  return data;
}

// Runs what a click or a form asks for, and shows the server's sentence when it refuses.
function attempt(work) {
  return async (event) => {
    event?.preventDefault();
    $("message").hidden = true;
    try { await work(event); }
    catch (error) { $("message").textContent = error.message; $("message").hidden = false; }
  };
}

function element(tag, text, properties = {}) {
  return Object.assign(document.createElement(tag), { textContent: text }, properties);
}

// Where the vault's host asks for a password of its own, as on a test site, a picture would make the
// browser ask for it too: then the same files come through the API.
async function findVault() {
  const open = await fetch(`${vault}/healthz`, { credentials: "omit" }).then((a) => a.ok, () => false);
  if (!open) vault = "/api/vault";
}

function picture(image, name, alt) {
  image.src = `${vault}/${name}`;
  image.alt = alt;
  return image;
}

function card(post) {
  const button = element("button", "", { className: "card", onclick: attempt(() => show(post.id)) });
  button.dataset.post = post.id;
  const image = picture(new Image(), post.thumb || post.file, post.title);
  const by = element("span", "", { className: "by" });
  by.append(element("span", post.author),
    element("span", `♥ ${post.reaction_count}  ✎ ${post.comment_count}`));
  button.append(image, element("b", post.title), by);
  return button;
}

async function gallery(before) {
  const { posts } = await ask("GET", before ? `/posts?before=${before}` : "/posts");
  if (!before) $("gallery").replaceChildren();
  $("gallery").append(...posts.map(card));
  last = posts.at(-1)?.id;
  $("more").hidden = posts.length < 24;
  $("empty").hidden = $("gallery").childElementCount > 0;
}

async function show(id) {
  const { post, comments, reactions } = await ask("GET", `/posts/${id}`);
  shown = post;
  picture($("picture"), post.file, post.title);
  $("title").textContent = post.title;
  $("author").textContent = post.author;
  $("reactions").replaceChildren(...Object.entries(FACES).map(([kind, face]) =>
    element("button", `${face} ${reactions[kind] || 0}`, {
      className: "quiet", title: kind,
      onclick: attempt(async () => { await ask("PUT", `/posts/${id}/reactions/${kind}`); await show(id); }),
    })));
  $("comments").replaceChildren(...comments.map((c) => element("li", `${c.author}: ${c.body}`)));
  await showAuthor(post.author);
  if (!$("artwork").open) $("artwork").showModal();
}

async function showAuthor(handle) {
  const { user } = await ask("GET", `/users/${handle}`);
  $("followers").textContent = `${user.follower_count} followers`;
  $("follow").textContent = user.followed ? "Unfollow" : "Follow";
  $("follow").hidden = !me || me.handle === handle;
  $("follow").onclick = attempt(async () => {
    await ask(user.followed ? "DELETE" : "PUT", `/users/${handle}/follow`);
    await showAuthor(handle);
  });
}

async function refreshAccount() {
  me = (await ask("GET", "/me")).user;
  for (const id of ["me", "upload", "comment"]) $(id).hidden = !me;
  $("login").hidden = Boolean(me);
  $("notifications").hidden = true;
  if (!me) return;
  newUploadFlow(me.new_upload_flow);
  $("handle").textContent = me.handle;
  $("unread").textContent = (await ask("GET", "/notifications")).unread;
}

// The new way: a picture is posted as soon as it is chosen.
function newUploadFlow(on) {
  $("upload").dataset.flow = on ? "new" : "old";
  $("titled").hidden = on;
  $("titled").querySelector("input").required = !on;
  $("upload").querySelector("button").hidden = on;
}

$("upload").onchange = (event) => {
  const chosen = event.target.name === "file" && event.target.files.length;
  if (chosen && $("upload").dataset.flow === "new") $("upload").requestSubmit();
};

$("login").onsubmit = attempt(async (event) => {
  const body = Object.fromEntries(new FormData(event.target));
  await ask("POST", event.submitter?.value === "register" ? "/users" : "/sessions", body);
  event.target.reset();
  await refreshAccount();
});

$("logout").onclick = attempt(async () => { await ask("DELETE", "/sessions"); await refreshAccount(); });

$("upload").onsubmit = attempt(async (event) => {
  await ask("POST", "/posts", new FormData(event.target));
  event.target.reset();
  await gallery();
});

$("comment").onsubmit = attempt(async (event) => {
  await ask("POST", `/posts/${shown.id}/comments`, { body: event.target.body.value });
  event.target.reset();
  await show(shown.id);
});

$("bell").onclick = attempt(async () => {
  const list = $("notifications");
  list.hidden = !list.hidden;
  if (list.hidden) return;
  const { notifications } = await ask("GET", "/notifications");
  list.replaceChildren(...notifications.map((n) => element("li", `${n.actor} ${SAID[n.kind]}`)));
  if (!notifications.length) list.append(element("li", "Nothing new."));
  await ask("POST", "/notifications/read");
  $("unread").textContent = 0;
});

$("more").onclick = attempt(() => gallery(last));
$("close").onclick = () => $("artwork").close();
$("artwork").onclick = (event) => { if (event.target === $("artwork")) $("artwork").close(); };
$("artwork").onclose = attempt(() => gallery());

attempt(refreshAccount)();
attempt(async () => { await findVault(); await gallery(); })();
