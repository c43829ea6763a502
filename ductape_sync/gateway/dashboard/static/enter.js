// The key leaves the address bar at once, and stays in the form only. The fragment is kept.
history.replaceState(null, "", location.pathname + location.hash);
document.querySelector("form").action += location.hash;
document.querySelector("a.button").addEventListener("click", (event) => {
  event.preventDefault(); // it would lead to a fragment of this page now
  location.reload();
});
