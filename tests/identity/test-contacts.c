/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SPDX-FileCopyrightText: The Conclave authors */

/* Contacts: the four states, and the file that holds them. */
#include "identity/contacts.h"

#include "crypto/aead.h"
#include "crypto/random.h"
#include "identity/sealed-file.h"

#include <glib/gstdio.h>
#include <string.h>

#define ANA                                                                                        \
  CV_SPAN_LITERAL ("\1"                                                                            \
                   "ana's key")
#define OTHER                                                                                      \
  CV_SPAN_LITERAL ("\1"                                                                            \
                   "another key")

typedef struct {
  CvCrypto *crypto;
  CvSecret *key;
  char *folder;
  char *path;
  CvIdentityContacts *contacts;
} Fixture;

static CvIdentityContacts *
open_file (Fixture *fixture, GError **error)
{
  return cv_identity_contacts_new (fixture->crypto, fixture->key, fixture->path, error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->crypto = cv_crypto_context_new (FALSE, NULL);
  fixture->key = cv_crypto_random_dup_secret (fixture->crypto, 32, NULL);
  fixture->folder = g_dir_make_tmp ("conclave-contacts-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "contacts", NULL);
  fixture->contacts = open_file (fixture, NULL);
  g_assert_nonnull (fixture->contacts);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  cv_identity_contacts_free (fixture->contacts);
  g_unlink (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
  cv_secret_unref (fixture->key);
  cv_crypto_context_unref (fixture->crypto);
}

static void
test_states (Fixture *fixture, gconstpointer data)
{
  CvIdentityContacts *contacts = fixture->contacts;
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==, CV_IDENTITY_CONTACT_NEW);
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Ana", 100));
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==, CV_IDENTITY_CONTACT_KNOWN);
  cv_identity_contacts_set_verified (contacts, ANA, "Ana", CV_IDENTITY_VERIFIED_SAFETY_NUMBER, 200);
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==,
                   CV_IDENTITY_CONTACT_VERIFIED);
  /* The key counts, not the name. */
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Anna"), ==,
                   CV_IDENTITY_CONTACT_VERIFIED);
  const CvIdentityContact *contact = cv_identity_contacts_get (contacts, ANA);
  g_assert_cmpuint (contact->first_seen_s, ==, 100);
  g_assert_cmpuint (contact->last_seen_s, ==, 200);
  cv_identity_contacts_forget (contacts, ANA);
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==, CV_IDENTITY_CONTACT_NEW);
}

static void
test_changed_key (Fixture *fixture, gconstpointer data)
{
  CvIdentityContacts *contacts = fixture->contacts;
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Ana", 100));
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==,
                   CV_IDENTITY_CONTACT_CHANGED);
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "ANA"), ==,
                   CV_IDENTITY_CONTACT_CHANGED);
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ａｎａ"), ==,
                   CV_IDENTITY_CONTACT_CHANGED);
  /* Meeting again does not make it better; accepting does. */
  g_assert_false (cv_identity_contacts_note_met (contacts, OTHER, "Ana", 200));
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==,
                   CV_IDENTITY_CONTACT_CHANGED);
  cv_identity_contacts_accept (contacts, OTHER, "Ana", 300);
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==,
                   CV_IDENTITY_CONTACT_KNOWN);
}

/* Who was met as Mallory, even verified as Mallory, is not Ana by saying so. */
static void
test_borrowed_name (Fixture *fixture, gconstpointer data)
{
  CvIdentityContacts *contacts = fixture->contacts;
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Ana", 100));
  g_assert_true (cv_identity_contacts_note_met (contacts, OTHER, "Mallory", 100));
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==,
                     CV_IDENTITY_CONTACT_CHANGED);
    g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "ＡＮＡ"), ==,
                     CV_IDENTITY_CONTACT_CHANGED);
    g_assert_false (cv_identity_contacts_note_met (contacts, OTHER, "Ana", 200));
    g_assert_cmpstr (cv_identity_contacts_get (contacts, OTHER)->name, ==, "Mallory");
    g_assert_cmpuint (cv_identity_contacts_get (contacts, OTHER)->last_seen_s, <, 200);
    cv_identity_contacts_set_verified (contacts, OTHER, "Mallory",
                                       CV_IDENTITY_VERIFIED_SAFETY_NUMBER, 150);
  }
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "mallory"), ==,
                   CV_IDENTITY_CONTACT_VERIFIED);
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==, CV_IDENTITY_CONTACT_KNOWN);
  /* Two people may have one name: after the warning, each is known. */
  cv_identity_contacts_accept (contacts, OTHER, "Ana", 300);
  g_assert_cmpstr (cv_identity_contacts_get (contacts, OTHER)->name, ==, "Ana");
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==, CV_IDENTITY_CONTACT_KNOWN);
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==,
                   CV_IDENTITY_CONTACT_KNOWN);
}

/* Names that were stored, or are looked up, before the rules knew all invisible characters. */
static void
test_invisible_characters (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = {
      "Ana\u034F", "An\uFE0Fa", "\u180FAna", "Ana\U000E0100", "Ana\U000E01EF", "Ana\u17B5",
      "A\u115Fna", "Ana\u3164", "Ana\uFFA0", "Ana\u2800",     "Ana\u200B",
  };
  CvIdentityContacts *contacts = fixture->contacts;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Ana", 100));
    g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, names[i]), ==,
                     CV_IDENTITY_CONTACT_CHANGED);
    g_assert_true (cv_identity_contacts_note_met (contacts, ANA, names[i], 100));
    g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "ana"), ==,
                     CV_IDENTITY_CONTACT_CHANGED);
  }
  /* No client refuses a commit because of a name that is not NFC. */
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Ána", 100));
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "A\u0301na"), ==,
                   CV_IDENTITY_CONTACT_CHANGED);
  /* What stood apart composes. */
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "A\u034F\u0301na", 100));
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ána"), ==,
                   CV_IDENTITY_CONTACT_CHANGED);
}

typedef struct {
  const char *name; /* that the new key comes with */
  gboolean is_verified; /* or accepted */
} Succession;

static const Succession accepted = {"Ana", FALSE};
static const Succession verified = {"ＡＮＡ", TRUE};

/* Who stole the old device is not "verified" for ever. */
static void
test_new_key_demotes_the_old (Fixture *fixture, gconstpointer data)
{
  const Succession *row = data;
  CvIdentityContacts *contacts = fixture->contacts;
  const CvSpan bob = CV_SPAN_LITERAL ("bob's key");
  cv_identity_contacts_set_verified (contacts, ANA, "Ana", CV_IDENTITY_VERIFIED_QR_CODE, 100);
  cv_identity_contacts_set_verified (contacts, bob, "Bob", CV_IDENTITY_VERIFIED_QR_CODE, 100);
  if (row->is_verified)
    cv_identity_contacts_set_verified (contacts, OTHER, row->name,
                                       CV_IDENTITY_VERIFIED_SAFETY_NUMBER, 200);
  else
    cv_identity_contacts_accept (contacts, OTHER, row->name, 200);
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, row->name), ==,
                   row->is_verified ? CV_IDENTITY_CONTACT_VERIFIED : CV_IDENTITY_CONTACT_KNOWN);
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==, CV_IDENTITY_CONTACT_KNOWN);
  g_assert_cmpuint (cv_identity_contacts_get (contacts, ANA)->verified_s, ==, 0);
  g_assert_cmpint (cv_identity_contacts_find (contacts, bob, "Bob"), ==,
                   CV_IDENTITY_CONTACT_VERIFIED);
  /* Two devices of one person: each can be verified, and stays so. */
  for (guint i = 0; i < 2; i++) {
    cv_identity_contacts_set_verified (contacts, ANA, "Ana", CV_IDENTITY_VERIFIED_QR_CODE, 300);
    cv_identity_contacts_set_verified (contacts, OTHER, row->name, CV_IDENTITY_VERIFIED_QR_CODE,
                                       300);
  }
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Ana"), ==,
                   CV_IDENTITY_CONTACT_VERIFIED);
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==,
                   CV_IDENTITY_CONTACT_VERIFIED);
}

static void
test_renamed (Fixture *fixture, gconstpointer data)
{
  CvIdentityContacts *contacts = fixture->contacts;
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Ana", 100));
  g_assert_true (cv_identity_contacts_note_met (contacts, OTHER, "Bob", 100));
  g_assert_cmpint (cv_identity_contacts_find (contacts, ANA, "Anna"), ==,
                   CV_IDENTITY_CONTACT_KNOWN);
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Anna", 200));
  g_assert_cmpstr (cv_identity_contacts_get (contacts, ANA)->name, ==, "Anna");
  /* What she was called before is free again. */
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==,
                   CV_IDENTITY_CONTACT_KNOWN);
}

static void
test_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (cv_identity_contacts_note_met (fixture->contacts, ANA, "Ana", 100));
  cv_identity_contacts_set_verified (fixture->contacts, OTHER, "Bob", CV_IDENTITY_VERIFIED_QR_CODE,
                                     150);
  g_assert_true (cv_identity_contacts_save (fixture->contacts, &error));
  g_assert_no_error (error);
  g_autoptr (CvIdentityContacts) again = open_file (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cv_identity_contacts_get_n (again), ==, 2);
  g_assert_cmpint (cv_identity_contacts_find (again, ANA, "Ana"), ==, CV_IDENTITY_CONTACT_KNOWN);
  g_assert_cmpint (cv_identity_contacts_get (again, OTHER)->how, ==, CV_IDENTITY_VERIFIED_QR_CODE);
  g_autoptr (GBytes) contents = cv_identity_sealed_file_read (fixture->path, NULL);
  CvSpan all = cv_span_from_bytes (contents);
  g_assert_null (memmem (all.data, all.len, "Ana", 3));
}

/* We never write one, but a file that holds one is no reason to crash. */
static void
test_reads_empty_name (Fixture *fixture, gconstpointer data)
{
  g_auto (CvWriter) plaintext = {0};
  cv_writer_init (&plaintext);
  cv_writer_vector (&plaintext, ANA);
  cv_writer_vector (&plaintext, CV_SPAN_EMPTY);
  cv_writer_u64 (&plaintext, 1);
  cv_writer_u64 (&plaintext, 2);
  cv_writer_u8 (&plaintext, CV_IDENTITY_UNVERIFIED);
  cv_writer_u64 (&plaintext, 0);
  g_autoptr (GBytes) box =
      cv_crypto_aead_seal_box (fixture->crypto, cv_secret_span (fixture->key),
                               CV_SPAN_LITERAL ("CVCONTA1"), cv_writer_span (&plaintext), NULL);
  g_auto (CvWriter) file = {0};
  cv_writer_init (&file);
  cv_writer_put (&file, CV_SPAN_LITERAL ("CVCONTA1"));
  cv_writer_put (&file, cv_span_from_bytes (box));
  g_assert_true (cv_identity_sealed_file_write (fixture->path, cv_writer_span (&file), NULL));
  g_autoptr (CvIdentityContacts) contacts = open_file (fixture, NULL);
  g_assert_nonnull (contacts);
  g_assert_cmpint (cv_identity_contacts_find (contacts, OTHER, "Ana"), ==, CV_IDENTITY_CONTACT_NEW);
  g_assert_true (cv_identity_contacts_save (contacts, NULL));
}

static void
test_refuses_other_key_and_changes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvSecret) other = cv_crypto_random_dup_secret (fixture->crypto, 32, NULL);
  g_assert_true (cv_identity_contacts_note_met (fixture->contacts, ANA, "Ana", 100));
  g_assert_true (cv_identity_contacts_save (fixture->contacts, &error));
  g_assert_null (cv_identity_contacts_new (fixture->crypto, other, fixture->path, &error));
  g_assert_error (error, CV_IDENTITY_ERROR, CV_IDENTITY_ERROR_AUTHENTICATION);
  g_autoptr (GBytes) contents = cv_identity_sealed_file_read (fixture->path, NULL);
  gsize len;
  const guint8 *bytes = g_bytes_get_data (contents, &len);
  for (gsize at = 0; at < len; at += 5) {
    g_autofree guint8 *copy = g_memdup2 (bytes, len);
    copy[at] ^= 1;
    g_assert_true (cv_identity_sealed_file_write (fixture->path, cv_span (copy, len), NULL));
    g_assert_null (open_file (fixture, NULL));
  }
}

static void
test_without_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CvIdentityContacts) contacts =
      cv_identity_contacts_new (fixture->crypto, NULL, NULL, &error);
  g_assert_true (cv_identity_contacts_note_met (contacts, ANA, "Ana", 100));
  g_assert_true (cv_identity_contacts_save (contacts, &error));
  g_assert_no_error (error);
}

#define ADD_WITH(name, data, test_fn)                                                              \
  g_test_add ("/identity/contacts/" name, Fixture, data, set_up, test_fn, tear_down)
#define ADD(name, test_fn) ADD_WITH (name, NULL, test_fn)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("states", test_states);
  ADD ("changed-key", test_changed_key);
  ADD ("borrowed-name", test_borrowed_name);
  ADD ("invisible-characters", test_invisible_characters);
  ADD_WITH ("accepted-key-demotes-the-old", &accepted, test_new_key_demotes_the_old);
  ADD_WITH ("verified-key-demotes-the-old", &verified, test_new_key_demotes_the_old);
  ADD ("renamed", test_renamed);
  ADD ("file", test_file);
  ADD ("reads-empty-name", test_reads_empty_name);
  ADD ("refuses-other-key-and-changes", test_refuses_other_key_and_changes);
  ADD ("without-file", test_without_file);
  return g_test_run ();
}
